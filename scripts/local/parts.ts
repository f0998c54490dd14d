import { checkSource, resolveSource } from '../../controlplane/binary.ts'
import { resolveTools } from '../../controlplane/tools.ts'
import { resolveBinaries } from '../../emulator/engines/binaries.ts'

type Say = (line: string) => void

const installServers = async (say: Say) => {
  const servers = await resolveBinaries(say)
  const { redis, valkey, memcached } = servers.versions
  say(`redis ${redis}, valkey ${valkey}, memcached ${memcached}: ${servers.binDir}`)
  return servers
}

const installControlPlane = async (say: Say) => {
  const { from } = await resolveSource({ log: say })
  const tools = await resolveTools()
  say(`Kubernetes: ${from}; kubectl and helm: ${tools.binDir}`)
  return tools
}

/** What can be installed by itself. Each says what it installs and what is used; what is there already is used. */
export const parts = { servers: installServers, 'control-plane': installControlPlane } as const

/**
 * Everything that must be on the machine before a local world can start: a control plane, kubectl and helm, redis, valkey and
 * memcached.
 */
export const installParts = async (say: Say) => {
  // What is missing is told before anything is fetched.
  await checkSource()
  const servers = await installServers(say)
  const tools = await installControlPlane(say)
  return { tools, servers }
}
