import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The secrets of one control plane, as files that only their owner may read. */
export type Credentials = {
  readonly adminToken: string
  readonly controllerManagerToken: string
  /** For the API server's --token-auth-file. */
  readonly tokenFile: string
  /** Signs service-account tokens. */
  readonly signingKeyFile: string
  readonly verifyingKeyFile: string
}

/** Makes the credentials, or reads those of an earlier run from the same folder. */
export const prepareCredentials = async (folder: string): Promise<Credentials> => {
  const tokenFile = join(folder, 'tokens.csv')
  const signingKeyFile = join(folder, 'service-account.key')
  const verifyingKeyFile = join(folder, 'service-account.pub')
  if (!existsSync(tokenFile)) await makeCredentials({ tokenFile, signingKeyFile, verifyingKeyFile })
  const [admin, controllerManager] = (await readFile(tokenFile, 'utf8')).split('\n').map((line) => line.split(',')[0])
  if (!admin || !controllerManager) throw new Error(`${tokenFile} is damaged: remove the folder ${folder}`)
  return { adminToken: admin, controllerManagerToken: controllerManager, tokenFile, signingKeyFile, verifyingKeyFile }
}

type Files = Pick<Credentials, 'tokenFile' | 'signingKeyFile' | 'verifyingKeyFile'>

const makeCredentials = async ({ tokenFile, signingKeyFile, verifyingKeyFile }: Files): Promise<void> => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(signingKeyFile, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
  await writeFile(verifyingKeyFile, publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o600 })
  const token = (): string => randomBytes(24).toString('base64url')
  // token,user,uid,"groups". The second user's name is what the default RBAC rules know the controllers by.
  const lines = [
    `${token()},larder-admin,larder-admin,"system:masters"`,
    `${token()},system:kube-controller-manager,system:kube-controller-manager`,
  ]
  await writeFile(tokenFile, `${lines.join('\n')}\n`, { mode: 0o600 }) // last: it says that all is there
}
