import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { adoptCluster } from './cluster.ts'
import { runCommand } from './command.ts'
import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts'
import { makeTemporaryFolder } from './folder.ts'
import { openGuard } from './guard.ts'

export type KindOptions = ControlPlaneOptions & { readonly kind: string; readonly from: string }

/** Makes a kind cluster of our own name, removed by stop() and when this process dies. */
export const startKind = async ({ kind, from, ...options }: KindOptions): Promise<ControlPlane> => {
  if (options.dataDir !== undefined) throw new Error('a data folder cannot be given to kind')
  const name = `larder-${randomBytes(4).toString('hex')}`
  const guard = openGuard()
  try {
    const kubeconfigIn = join(await makeTemporaryFolder(guard), 'kubeconfig')
    guard.holdCommand([kind, 'delete', 'cluster', '--name', name, '--kubeconfig', kubeconfigIn])
    options.log?.(`creating the kind cluster ${name}: the first time, Docker fetches its image`)
    const args = ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfigIn, '--wait', '120s', '--config', '-']
    const { code, stderr } = await runCommand(kind, args, { input: clusterConfig(options.port), timeoutMs: 900_000 })
    if (code !== 0) throw new Error(`kind could not create a cluster: ${stderr.trim()}`)
    return await adoptCluster({ ...options, kubeconfigIn, from, guard })
  } catch (error) {
    await guard.close()
    throw error
  }
}

// https://kind.sigs.k8s.io/docs/user/configuration/
const clusterConfig = (port?: number): string =>
  JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { apiServerAddress: '127.0.0.1', ...(port === undefined ? {} : { apiServerPort: port }) },
  })
