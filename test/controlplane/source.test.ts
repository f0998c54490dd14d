import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { resolveSource } from '../../controlplane/binary.ts'
import { readRecipe } from '../../controlplane/recipe.ts'
import { temporaryFolder, writeScript } from './scene.ts'

const log = () => {}

describe('where the control plane comes from', () => {
  const folder = temporaryFolder()
  const place = (name: string): string => join(folder, name)
  /** An environment that has nothing but what the test gives it. */
  const bare = (name: string, env: NodeJS.ProcessEnv = {}) => ({
    PATH: place(`${name}-bin`),
    LARDER_CACHE: place(`${name}-cache`),
    ...env,
  })
  const program = (at: string, name: string, ...lines: string[]) => writeScript(join(place(at), name), ...lines)
  const cached = (name: string): string => {
    const at = join(place(`${name}-cache`), readRecipe().key)
    mkdirSync(at, { recursive: true })
    writeFileSync(join(at, 'larder-kubernetes'), '')
    return join(at, 'larder-kubernetes')
  }

  it('is the named cluster, whatever else there is', async () => {
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager']) program('named-bin', name)
    const source = await resolveSource({ env: bare('named', { LARDER_TEST_KUBECONFIG: '/some/kubeconfig' }), log })
    assert.equal(source.is === 'cluster' && source.kubeconfig, '/some/kubeconfig')
  })

  it('is the three programs of KUBEBUILDER_ASSETS and PATH, before the cache', async () => {
    cached('installed')
    const etcd = program('assets', 'etcd')
    program('installed-bin', 'etcd')
    const apiServer = program('assets', 'kube-apiserver')
    const controllerManager = program('installed-bin', 'kube-controller-manager')
    const source = await resolveSource({ env: bare('installed', { KUBEBUILDER_ASSETS: place('assets') }), log })
    assert.deepEqual(source.is === 'programs' && source.programs, {
      etcd: [etcd],
      apiServer: [apiServer],
      controllerManager: [controllerManager],
    })
  })

  it('is the build in the cache when one of the three is missing, before kind', async () => {
    const target = cached('cache')
    for (const name of ['etcd', 'kube-apiserver', 'docker', 'kind']) program('cache-bin', name)
    const source = await resolveSource({ env: bare('cache'), log })
    assert.deepEqual(source.is === 'programs' && source.programs.etcd, [target, 'etcd'])
  })

  it('is kind where Docker answers', async () => {
    program('kind-bin', 'docker', 'test "$1" = info')
    const kind = program('kind-bin', 'kind')
    const source = await resolveSource({ env: bare('kind'), log })
    assert.equal(source.is === 'kind' && source.kind, kind)
  })

  it('is not kind where only the Docker client is there: then the error says what to install', async () => {
    program('client-bin', 'docker', 'exit 1')
    program('client-bin', 'kind')
    await assert.rejects(resolveSource({ env: bare('client'), log }), (error: Error) => {
      for (const cure of ['Go 1.26', 'KUBEBUILDER_ASSETS', 'kind', 'LARDER_TEST_KUBECONFIG'])
        assert.ok(error.message.includes(cure), cure)
      return true
    })
  })

  it('is no build by a Go that is too old', async () => {
    program('old-bin', 'go', 'echo go1.24.3')
    await assert.rejects(resolveSource({ env: bare('old'), log }), /Go on PATH is too old: go1\.24\.3/)
  })

  it('is a new build, kept in the cache, when there is nothing else but Go', async () => {
    const count = place('builds')
    const lines: string[] = []
    program('go-bin', 'go', 'PATH=/usr/bin:/bin', ...fakeGo(count))
    const source = await resolveSource({ env: bare('go'), log: (line) => lines.push(line) })
    const target = join(place('go-cache'), readRecipe().key, 'larder-kubernetes')
    assert.deepEqual(source.is === 'programs' && source.programs.apiServer, [target, 'kube-apiserver'])
    assert.match(lines.join('\n'), /building .* once/)
    assert.deepEqual(await resolveSource({ env: bare('go'), log }), source)
  })
})

/** What a Go would do here: tells its version, lists packages, and writes the file after -o. */
const fakeGo = (count: string): string[] => [
  'case $1 in',
  '  env) echo go1.26.0 ;;',
  '  list) echo one; echo two ;;',
  `  build) echo build >> ${count}; while [ "$1" != -o ]; do shift; done; echo binary > "$2" ;;`,
  'esac',
]
