import type { Address } from '../engines/port.ts'
import type { World } from '../world/world.ts'

/** What is needed to show a resource as AWS does. */
export interface View {
  readonly world: World
  readonly nowMs: number
  readonly address: (key: string, port: number) => Address
  /** How much of a reshard is done, 0 to 100. The key is '<account>/<region>/<id>'. */
  readonly slotsMovedPercent: (clusterKey: string) => number
}

/** AWS's Endpoint of a node or front key. */
export const endpointOf = (view: View, key: string, port: number): { Address: string; Port: number } => {
  const { host, port: actual } = view.address(key, port)
  return { Address: host, Port: actual }
}
