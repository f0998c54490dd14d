import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { load } from 'js-yaml'
import { after, before, describe, it } from 'mocha'
import { type ControlPlane, startControlPlane } from '../../controlplane/start.ts'
import { resolveTools } from '../../controlplane/tools.ts'
import { objectSchema } from '../../scripts/generate/crd.ts'
import { type KindSource, kinds } from '../../scripts/generate/kinds.ts'
import { places, rulesIn, type Schema } from '../../scripts/generate/schema.ts'
import { type Answer, type ApiServer, type Cause, openApiServer, type Thing } from './api-server.ts'
import { everyBreach } from './bounds.ts'
import { type CreateRow, cacheClusterRows } from './cache-cluster-rows.ts'
import { cachePolicyRows } from './cache-policy-rows.ts'
import { defaultRows } from './default-rows.ts'
import { fullMemcached, fullPolicy, fullRedis, redis, thing } from './manifests.ts'
import { fullCacheClusterStatus, fullCachePolicyStatus } from './statuses.ts'
import { updateRows } from './update-rows.ts'

interface Suite {
  readonly source: KindSource
  readonly rows: readonly CreateRow[]
  readonly full: readonly unknown[]
  readonly status: object
}

const sourceOf = (name: string): KindSource => {
  const source = kinds.find(({ kind }) => kind.kind === name)
  assert.ok(source)
  return source
}

const cacheCluster = sourceOf('CacheCluster')
const suites: readonly Suite[] = [
  {
    source: cacheCluster,
    rows: cacheClusterRows,
    full: [fullRedis(), fullMemcached()],
    status: fullCacheClusterStatus,
  },
  { source: sourceOf('CachePolicy'), rows: cachePolicyRows, full: [fullPolicy()], status: fullCachePolicyStatus },
]

/** Where the server must point to when the rule with this message refuses: `[]` stands for the item that is wrong. */
const causeOf = (source: KindSource, message: string): Cause => {
  const rule = rulesIn(objectSchema(source)).find((one) => one.message === message)
  assert.ok(rule, `no rule says: ${message}`)
  return { field: `${rule.at}${rule.fieldPath ?? ''}`.replace(/^\./, '').replaceAll('[]', '[0]'), message }
}

const byField = (causes: readonly Cause[]) => causes.map(({ field, message }) => `${field}: ${message}`).sort()

const assertAnswer = (source: KindSource, answer: Answer, refusals: readonly string[]) => {
  const causes = answer.is === 'refused' ? answer.causes : []
  assert.deepEqual(byField(causes), byField(refusals.map((message) => causeOf(source, message))))
}

const taken = (answer: Answer): Thing => {
  assert.equal(answer.is, 'taken', JSON.stringify(answer))
  return answer.object
}

const part = (source: KindSource, name: 'spec' | 'status'): Schema => {
  const schema = objectSchema(source).properties?.[name]
  assert.ok(schema)
  return schema
}

describe('the kinds on a real API server', () => {
  let plane: ControlPlane
  let server: ApiServer
  let kubectlPath: string
  let cacheFolder: string
  // Its own cache: the one in the home folder speaks of whatever server had the port before.
  const ours = () => ['--kubeconfig', plane.kubeconfig, '--cache-dir', cacheFolder]
  const kubectl = async (...words: readonly string[]): Promise<string> => {
    return (await promisify(execFile)(kubectlPath, [...ours(), ...words])).stdout
  }

  before(async () => {
    cacheFolder = await mkdtemp(join(tmpdir(), 'larder-kubectl-'))
    plane = await startControlPlane()
    server = await openApiServer(plane)
    kubectlPath = (await resolveTools()).kubectl
    await kubectl('apply', '-f', join(import.meta.dirname, '../../deploy/crds'))
    await kubectl(
      'wait',
      '--for=condition=Established',
      '--timeout=60s',
      ...kinds.map(({ kind }) => `crd/${kind.plural}.${kind.group}`),
    )
  })
  after(async () => {
    server?.close()
    await plane?.stop()
    if (cacheFolder) await rm(cacheFolder, { recursive: true })
  })

  for (const { source, rows, full, status } of suites) {
    const { kind } = source

    describe(`${kind.kind}, created`, () => {
      for (const { what, spec, refusals, name = 'row' } of rows) {
        it(`${what}: ${refusals.length === 0 ? 'taken' : 'refused'}`, async () => {
          assertAnswer(source, await server.tryCreate(kind, thing(kind, name, spec)), refusals)
        })
      }

      for (const { what, field, spec, words, serverOnly } of everyBreach(part(source, 'spec'), full)) {
        it(`a breach of ${what} is refused${serverOnly ? '' : ', and by the schema in the operator too'}`, async () => {
          const answer = await server.tryCreate(kind, thing(kind, 'row', spec))
          const causes = answer.is === 'refused' ? answer.causes : []
          const pointed = causes.filter((cause) => cause.field === field && words.test(cause.message))
          assert.equal(pointed.length, 1, `${field} ${words}: ${JSON.stringify(causes)}`)
          if (!serverOnly) assert.equal(source.spec.safeParse(spec).success, false)
        })
      }

      it('whatever the server takes, the operator can read, with the same defaults', async () => {
        const good = rows.filter(({ refusals }) => refusals.length === 0)
        assert.ok(good.length > 0)
        for (const { what, spec, name = 'row' } of good) {
          const stored = taken(await server.tryCreate(kind, thing(kind, name, spec)))
          assert.deepEqual(source.spec.parse(spec), stored.spec, what)
        }
      })

      it('the example of its page is taken', async () => {
        const example = load(source.example) as Thing
        taken(await server.tryCreate(kind, { ...example, metadata: { ...example.metadata, namespace: 'default' } }))
      })

      it('before the first look, its status tells that nothing was observed', async () => {
        const stored = taken(await server.tryCreate(kind, thing(kind, 'row', full[0])))
        assert.deepEqual(stored.status, { observedGeneration: -1 })
      })
    })

    describe(`${kind.kind}, looked at`, () => {
      const name = 'shown'
      before(async () => {
        const stored = taken(await server.create(kind, thing(kind, name, full[0])))
        const answer = await server.updateStatus(kind, { ...stored, status })
        assert.deepEqual(taken(answer).status, status)
      })

      it('every field of status was tried', () => {
        const tried = (value: unknown, path: string): string[] => {
          if (typeof value !== 'object' || value === null) return [path]
          if (Array.isArray(value)) return [path, ...value.flatMap((item) => tried(item, `${path}[]`))]
          return [path, ...Object.entries(value).flatMap(([key, inner]) => tried(inner, `${path}.${key}`))]
        }
        const paths = new Set(tried(status, 'status'))
        const missing = places(part(source, 'status'), 'status').filter(
          ({ path }) => !path.endsWith('.*') && !paths.has(path),
        )
        assert.deepEqual(
          missing.map(({ path }) => path),
          [],
        )
      })

      it('kubectl get prints its columns, and more of them with -o wide', async () => {
        const heads = async (...words: string[]) =>
          (await kubectl('get', kind.plural, name, ...words))
            .split('\n', 1)[0]
            ?.trim()
            .split(/\s{2,}/)
        const columns = (wide: boolean) =>
          source.columns.filter((column) => wide || !column.wide).map((column) => column.name)
        assert.deepEqual(await heads(), ['NAME', ...columns(false)])
        assert.deepEqual(await heads('-o', 'wide'), ['NAME', ...columns(true)])
      })

      it('kubectl explain tells every field of spec in our words', async () => {
        const told = (await kubectl('explain', kind.plural, '--recursive', '-o', 'plaintext')).replace(/\s+/g, ' ')
        for (const field of Object.keys(part(source, 'spec').properties ?? {})) {
          assert.match(told, new RegExp(` ${field} <`))
        }
        for (const [field, schema] of Object.entries(part(source, 'spec').properties ?? {})) {
          const page = (await kubectl('explain', `${kind.plural}.spec.${field}`)).replace(/\s+/g, ' ')
          assert.ok(page.includes((schema.description ?? '?').replace(/\s+/g, ' ')), `${field}: ${page}`)
        }
      })
    })
  }

  describe('CacheCluster, changed', () => {
    updateRows.forEach(({ what, before: old, after: young, refusals }, index) => {
      it(`${what}: ${refusals.length === 0 ? 'taken' : 'refused'}`, async () => {
        const { kind } = cacheCluster
        const stored = taken(await server.create(kind, thing(kind, `update-${index}`, old)))
        assertAnswer(cacheCluster, await server.tryUpdate(kind, { ...stored, spec: young }), refusals)
      })
    })
  })

  describe('the defaults', () => {
    for (const { what, kind, given, filled } of defaultRows) {
      it(`${what}`, async () => {
        assert.deepEqual(taken(await server.tryCreate(kind, thing(kind, 'row', given))).spec, filled)
      })
    }
  })

  it('every rule of every kind refuses at least one row', () => {
    const hit = new Set([...cacheClusterRows, ...cachePolicyRows, ...updateRows].flatMap(({ refusals }) => refusals))
    const never = kinds.flatMap((source) => rulesIn(objectSchema(source))).filter(({ message }) => !hit.has(message))
    assert.deepEqual(
      never.map(({ message }) => message),
      [],
    )
  })

  it('every rule on changes lets at least one change pass', () => {
    const passed = updateRows.filter(({ refusals }) => refusals.length === 0)
    assert.ok(passed.some(({ before: old, after: young }) => JSON.stringify(old) !== JSON.stringify(young)))
  })

  describe('all kinds, with kubectl', () => {
    it('kubectl get larder lists every kind, and the short name finds the cache', async () => {
      const listed = await kubectl('get', 'larder', '-o', 'name')
      assert.match(listed, /^cachecluster\.larder\.dev\/shown$/m)
      assert.match(listed, /^cachepolicy\.larder\.dev\/shown$/m)
      const row = await kubectl('get', 'cache', 'shown', '--no-headers')
      assert.match(row, /^shown +redis +1x1 cache\.t4g\.small +True +InSync +primary\.example:6379 +\S+\s*$/)
    })

    it('the CacheCluster is a provisioned service of servicebinding.io', async () => {
      const label = await kubectl('get', 'crd', '-l', 'servicebinding.io/provisioned-service=true', '-o', 'name')
      assert.equal(label.trim(), 'customresourcedefinition.apiextensions.k8s.io/cacheclusters.larder.dev')
    })

    it('a field that the kind does not know is refused by kubectl', async () => {
      const { kind } = cacheCluster
      const file = JSON.stringify(thing(kind, 'row', redis({ nodeType: 'cache.t4g.small' })))
      const child = promisify(execFile)(kubectlPath, [...ours(), 'create', '-f', '-'])
      child.child.stdin?.end(file)
      await assert.rejects(child, /unknown field "spec.nodeType"/)
    })
  })
})
