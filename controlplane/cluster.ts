import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Access, requestToken } from './api.ts'
import { runCommand } from './command.ts'
import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts'
import { makeTemporaryFolder } from './folder.ts'
import { type Guard, openGuard } from './guard.ts'
import { readKubeconfig, writeKubeconfig } from './kubeconfig.ts'
import { serverVersion } from './readiness.ts'
import { resolveTools } from './tools.ts'

export type ClusterOptions = ControlPlaneOptions & {
  /** The kubeconfig whose current context is the cluster. */
  readonly kubeconfigIn: string
  readonly from: string
  /** Holds what must end with the cluster, such as the cluster itself. */
  readonly guard?: Guard
}

/** Uses a cluster that is there. It is left as it was found: what is made here for access is removed by stop(). */
export const adoptCluster = async (options: ClusterOptions): Promise<ControlPlane> => {
  const guard = options.guard ?? openGuard()
  try {
    return await adopt(options, guard)
  } catch (error) {
    await guard.close()
    throw error
  }
}

const adopt = async (
  { kubeconfigIn, from, kubeconfig, port, dataDir }: ClusterOptions,
  guard: Guard,
): Promise<ControlPlane> => {
  if (dataDir !== undefined) throw new Error(`a data folder cannot be given to a cluster that is not ours: ${from}`)
  const { url, ca, token } = await readKubeconfig(kubeconfigIn)
  if (port !== undefined && new URL(url).port !== String(port))
    throw new Error(`${from} listens on ${url}, not on port ${port}`)
  const folder = await makeTemporaryFolder(guard)
  const caFile = join(folder, 'ca.crt')
  await writeFile(caFile, ca)
  const access: Access = { url, ca, token: token ?? (await makeAdmin(kubeconfigIn, guard)) }
  const version = await serverVersion(access)
  if (kubeconfig !== undefined) {
    await writeKubeconfig(resolve(kubeconfig), access)
    guard.holdPath(resolve(kubeconfig))
  }
  const refuse = async (): Promise<never> => {
    throw new Error(`the API server of ${from} is not ours to restart`)
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<string | undefined>()
  return {
    url,
    kubeconfig: kubeconfigIn,
    caFile,
    adminToken: access.token,
    version,
    from,
    pids: () => ({}),
    folder: undefined,
    canRestart: false,
    ended,
    requestToken: (namespace, serviceAccount, ttlSeconds) =>
      requestToken(access, namespace, serviceAccount, ttlSeconds),
    killApiServer: refuse,
    startApiServer: refuse,
    restartApiServer: refuse,
    async stop() {
      await guard.close()
      end(undefined)
    },
  }
}

/** A token for a kubeconfig that has none (certificates, a login program): of a service account made for this run. */
const makeAdmin = async (kubeconfig: string, guard: Guard): Promise<string> => {
  const { kubectl } = await resolveTools()
  const name = `larder-admin-${randomBytes(4).toString('hex')}`
  const base = ['--kubeconfig', resolve(kubeconfig), '--namespace', 'kube-system'] as const
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(kubectl, [...base, ...args])
    if (code !== 0) throw new Error(`kubectl ${args.slice(0, 2).join(' ')}: ${stderr.trim()}`)
    return stdout.trim()
  }
  guard.holdCommand([kubectl, ...base, 'delete', 'serviceaccount', name, '--ignore-not-found'])
  guard.holdCommand([kubectl, ...base, 'delete', 'clusterrolebinding', name, '--ignore-not-found'])
  await run('create', 'serviceaccount', name)
  await run('create', 'clusterrolebinding', name, '--clusterrole=cluster-admin', `--serviceaccount=kube-system:${name}`)
  return run('create', 'token', name, '--duration=24h')
}
