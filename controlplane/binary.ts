import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildBinary } from './build.ts'
import { cacheFolder } from './cache.ts'
import { findExecutable, pathFolders, runCommand } from './command.ts'
import type { Log } from './progress.ts'
import { goFolder, readRecipe } from './recipe.ts'

/** A program and the arguments that come before its own flags. */
export type Program = readonly [file: string, ...args: string[]]

export type Programs = {
  readonly etcd: Program
  readonly apiServer: Program
  readonly controllerManager: Program
}

/** Where the control plane comes from. */
export type Source =
  | { readonly is: 'cluster'; readonly kubeconfig: string; readonly from: string }
  | { readonly is: 'programs'; readonly programs: Programs; readonly from: string }
  | { readonly is: 'kind'; readonly kind: string; readonly from: string }

export type ResolveOptions = { readonly env?: NodeJS.ProcessEnv; readonly log: Log }

/** How a new build would be made. */
type Build = { readonly is: 'build'; readonly go: string; readonly target: string }

/**
 * Finds the control plane, or what can build one: a cluster that was named, the machine's own programs, a build in the
 * cache, kind where Docker runs, Go. Throws an error that says what to install when none of them is there.
 */
const findSource = async (env: NodeJS.ProcessEnv): Promise<Source | Build> => {
  const kubeconfig = env.LARDER_TEST_KUBECONFIG
  if (kubeconfig) return { is: 'cluster', kubeconfig, from: `LARDER_TEST_KUBECONFIG (${kubeconfig})` }
  const installed = findInstalled(env)
  if (installed) return { is: 'programs', programs: installed, from: installed.apiServer[0] }
  const target = join(cacheFolder(env), readRecipe().key, 'larder-kubernetes')
  if (existsSync(target)) return builtAt(target)
  const kind = await findKind(env)
  if (kind) return { is: 'kind', kind, from: `${kind} (Docker)` }
  const go = findExecutable('go', pathFolders(env))
  const trouble = go ? await goTrouble(go) : 'Go is not on PATH.'
  if (!go || trouble) throw new Error(whatToInstall(trouble ?? ''))
  return { is: 'build', go, target }
}

/** Throws an error that says what to install when there is no control plane and none can be built. Makes nothing. */
export const checkSource = async (env: NodeJS.ProcessEnv = process.env): Promise<void> => {
  await findSource(env)
}

/** Finds the control plane, or builds it. Throws an error that says what to install when neither is possible. */
export const resolveSource = async ({ env = process.env, log }: ResolveOptions): Promise<Source> => {
  const found = await findSource(env)
  if (found.is !== 'build') return found
  const { go, target } = found
  await buildBinary({ go, recipe: readRecipe(), target, log, isBuilt: () => existsSync(target) })
  return builtAt(target)
}

const builtAt = (target: string): Source => ({ is: 'programs', programs: partsOf(target), from: target })

const partsOf = (file: string): Programs => ({
  etcd: [file, 'etcd'],
  apiServer: [file, 'kube-apiserver'],
  controllerManager: [file, 'kube-controller-manager'],
})

/** All three from KUBEBUILDER_ASSETS or PATH, or none. */
const findInstalled = (env: NodeJS.ProcessEnv): Programs | undefined => {
  const assets = env.KUBEBUILDER_ASSETS
  const folders = [...(assets ? [assets] : []), ...pathFolders(env)]
  const etcd = findExecutable('etcd', folders)
  const apiServer = findExecutable('kube-apiserver', folders)
  const controllerManager = findExecutable('kube-controller-manager', folders)
  if (!etcd || !apiServer || !controllerManager) return undefined
  return { etcd: [etcd], apiServer: [apiServer], controllerManager: [controllerManager] }
}

/** kind, where the Docker client also reaches an engine. */
const findKind = async (env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  const kind = findExecutable('kind', pathFolders(env))
  const docker = findExecutable('docker', pathFolders(env))
  if (!kind || !docker) return undefined
  const { code } = await runCommand(docker, ['info'], { env, timeoutMs: 10_000 })
  return code === 0 ? kind : undefined
}

/** Why this Go cannot build the module, or undefined. An older Go fetches the version that go.mod names, if allowed. */
const goTrouble = async (go: string): Promise<string | undefined> => {
  const { code, stdout, stderr } = await runCommand(go, ['env', 'GOVERSION'], { cwd: goFolder, timeoutMs: 300_000 })
  if (code !== 0) return `Go does not work: ${stderr.trim()}`
  const minor = Number(/^go1\.(\d+)/.exec(stdout)?.[1])
  return minor < 26 ? `Go on PATH is too old: ${stdout.trim()}.` : undefined
}

/** The ways out stand in a file: scripts/install.sh tells them too, before there is a Node that reads this. */
const whatToInstall = (trouble: string): string => {
  const waysOut = readFileSync(join(import.meta.dirname, 'ways-out.txt'), 'utf8').trimEnd()
  return `No Kubernetes control plane was found, and none can be built. ${trouble} Any one of these helps:\n${waysOut}`
}
