import { createHash, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Guard } from './guard.ts'

/** The places inside a control plane's data folder. */
export type Folder = {
  readonly path: string
  /** Differs between folders: etcd's member carries it. */
  readonly name: string
  readonly certificate: string
  readonly ca: string
  readonly adminKubeconfig: string
  readonly controllerManagerKubeconfig: string
  readonly logOf: (part: string) => string
}

/** Makes the data folder: the given one, which stays, or a temporary one, which ends with the guard. */
export const openFolder = async (guard: Guard, dataDir?: string): Promise<Folder> => {
  const path = dataDir === undefined ? await makeTemporaryFolder(guard) : resolve(dataDir)
  await mkdir(join(path, 'logs'), { recursive: true, mode: 0o700 })
  return {
    path,
    name: `larder-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`,
    certificate: join(path, 'certificates', 'apiserver.crt'),
    ca: join(path, 'ca.crt'),
    adminKubeconfig: join(path, 'admin.kubeconfig'),
    controllerManagerKubeconfig: join(path, 'controller-manager.kubeconfig'),
    logOf: (part) => join(path, 'logs', `${part}.log`),
  }
}

/** Makes a folder for its owner only. The guard holds it before it is there, so that it is never left behind. */
export const makeTemporaryFolder = async (guard: Guard): Promise<string> => {
  const path = join(tmpdir(), `larder-controlplane-${randomBytes(8).toString('hex')}`)
  guard.holdPath(path)
  await mkdir(path, { mode: 0o700 })
  return path
}
