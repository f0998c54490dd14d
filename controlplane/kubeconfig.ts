import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Access } from './api.ts'
import { runCommand } from './command.ts'
import { resolveTools } from './tools.ts'

const mark = '# Written by the larder control plane; removed when it stops.'

const kubeconfigText = ({ url, ca, token }: Access): string => `${mark}
apiVersion: v1
kind: Config
current-context: larder
clusters:
  - name: larder
    cluster:
      server: ${url}
      certificate-authority-data: ${Buffer.from(ca).toString('base64')}
users:
  - name: larder
    user:
      token: ${token}
contexts:
  - name: larder
    context:
      cluster: larder
      user: larder
`

/** Throws when a file is there that this program did not write: somebody's own kubeconfig is never replaced. */
const refuseForeignFile = async (path: string): Promise<void> => {
  const found = await readFile(path, 'utf8').catch(() => undefined)
  if (found === undefined || found.startsWith(mark)) return
  throw new Error(`${path} exists and is not ours: name a file that does not exist`)
}

/** Before anything is started: refuses to replace a file that is not ours, and makes the folder that it belongs in. */
export const makeRoomFor = async (path: string): Promise<void> => {
  await refuseForeignFile(path)
  await mkdir(dirname(path), { recursive: true })
}

/** Writes a kubeconfig that only its owner may read. Refuses to replace a file that it did not write. */
export const writeKubeconfig = async (path: string, access: Access): Promise<void> => {
  await refuseForeignFile(path)
  await writeFile(path, kubeconfigText(access), { mode: 0o600 })
}

/** What a kubeconfig's current context says. The token is missing when it names another kind of credentials. */
export type KubeconfigFacts = { readonly url: string; readonly ca: string; readonly token: string | undefined }

type Json = {
  readonly clusters?: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string }
  }[]
  readonly users?: readonly { readonly user: { readonly token?: string } }[]
}

/** Reads the current context of a kubeconfig in any of its forms: kubectl does the reading. */
export const readKubeconfig = async (path: string): Promise<KubeconfigFacts> => {
  const { kubectl } = await resolveTools()
  const args = ['--kubeconfig', path, 'config', 'view', '--raw', '--flatten', '--minify', '-o', 'json']
  const { code, stdout, stderr } = await runCommand(kubectl, args)
  if (code !== 0) throw new Error(`${path} is no usable kubeconfig: ${stderr.trim()}`)
  const { clusters, users } = JSON.parse(stdout) as Json
  const cluster = clusters?.[0]?.cluster
  const ca = cluster?.['certificate-authority-data']
  if (!cluster || !ca) throw new Error(`${path}: the current context names no certificate authority`)
  return { url: cluster.server, ca: Buffer.from(ca, 'base64').toString('utf8'), token: users?.[0]?.user.token }
}
