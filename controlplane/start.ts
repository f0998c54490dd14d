import { resolve } from 'node:path'
import { resolveSource } from './binary.ts'
import { adoptCluster } from './cluster.ts'
import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts'
import { startKind } from './kind.ts'
import { makeRoomFor } from './kubeconfig.ts'
import { startProcesses } from './processes.ts'

export type { ControlPlane, ControlPlaneOptions } from './control-plane.ts'

/**
 * Starts a real Kubernetes control plane on loopback and waits until it is ready. Everything it starts ends with this
 * process, also when that is killed with SIGKILL. Throws an error that says what to install when there is no way.
 */
export const startControlPlane = async (options: ControlPlaneOptions = {}): Promise<ControlPlane> => {
  if (options.kubeconfig !== undefined) await makeRoomFor(resolve(options.kubeconfig))
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`))
  const source = await resolveSource({ log })
  options.log?.(`the control plane comes from ${source.from}`)
  switch (source.is) {
    case 'cluster':
      return adoptCluster({ ...options, kubeconfigIn: source.kubeconfig, from: source.from })
    case 'kind':
      return startKind({ ...options, kind: source.kind, from: source.from })
    case 'programs':
      return startProcesses({ ...options, programs: source.programs, from: source.from })
  }
}
