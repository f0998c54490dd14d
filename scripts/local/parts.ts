import { resolveSource } from '../../controlplane/binary.ts'
import { resolveTools } from '../../controlplane/tools.ts'
import { resolveBinaries } from '../../emulator/engines/binaries.ts'

/**
 * Everything that must be on the machine before a local world can start: a control plane, kubectl and helm, redis, valkey and
 * memcached. Says what it installs and where; what is there already is used.
 */
export const installParts = async (say: (line: string) => void) => {
  const servers = await resolveBinaries(say)
  const tools = await resolveTools()
  await resolveSource({ log: say })
  return { tools, servers }
}
