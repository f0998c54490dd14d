import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The Go module of the control plane's binary. */
export const goFolder = fileURLToPath(new URL('./go', import.meta.url))

const source = (name: string): string => readFileSync(join(goFolder, name), 'utf8')

/** What decides the built binary: the Kubernetes version, the flags of the Go build, and the name in the cache. */
export type Recipe = {
  readonly version: string
  readonly flags: readonly string[]
  readonly key: string
}

/** Reads the pinned module. The key names everything that the binary depends on, so a cached one is never stale. */
export const readRecipe = (): Recipe => {
  const version = /^\s*(?:require\s+)?k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/m.exec(source('go.mod'))
  if (!version?.[1]) throw new Error(`${join(goFolder, 'go.mod')} requires no k8s.io/kubernetes`)
  const set = (name: string, value = ''): string => `-X k8s.io/component-base/version.${name}=${value}`
  const stamp = [set('gitVersion', version[1]), set('gitMajor', version[2]), set('gitMinor', version[3])]
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', ['-s', '-w', ...stamp].join(' ')]
  const parts = [source('go.sum'), source('main.go'), flags.join(' '), process.platform, process.arch]
  const hash = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12)
  return { version: version[1], flags, key: `kubernetes-${version[1]}-${hash}` }
}
