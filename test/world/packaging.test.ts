import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { openGuard } from '../../controlplane/guard.ts'
import { startChild } from '../../scripts/local/child.ts'
import { cacheCluster, cachePolicy, memcached, worldForSuite } from './world.ts'

const root = join(import.meta.dirname, '../..')

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string
        readonly containers: readonly {
          readonly args: readonly string[]
          readonly env: readonly { readonly name: string; readonly value?: string }[]
        }[]
      }
    }
  }
}

describe('the chart', () => {
  const world = worldForSuite({ emulator: ['--nodes', 'none', '--profile', 'instant'] })

  it('refuses a wrong value, and names it', async () => {
    const render = (...sets: readonly string[]) =>
      world().run('helm', 'template', 'larder', join(root, 'charts/larder'), ...sets.flatMap((set) => ['--set', set]))
    await assert.rejects(render(), /aws\.region|at '\/aws\/region'/)
    await assert.rejects(render('aws.region=us-east-1', 'clusterName=Not_A_Name'), /clusterName/)
    await assert.rejects(render('aws.region=us-east-1', 'colour=blue'), /colour/)
    await world().run('helm', 'lint', '--strict', join(root, 'charts/larder'), '--set', 'aws.region=us-east-1')
  })

  it('installed with helm, and run as it says: the operator reconciles with the rights and arguments of the chart', async () => {
    await world().operator().stop('SIGTERM')
    await world().kubectl('delete', 'crd', 'cacheclusters.larder.dev', 'cachepolicies.larder.dev')
    await world().kubectl('delete', '-f', join(root, 'deploy/rbac.yaml'))
    await world().run(
      'helm',
      'install',
      'cache',
      join(root, 'charts/larder'),
      '-n',
      'caches',
      '--create-namespace',
      '--set',
      'aws.region=us-east-1',
      '--set',
      `aws.endpointUrl=${world().awsUrl}`,
      '--set',
      'clusterName=packaged',
    )
    const deployment = JSON.parse(
      await world().kubectl('get', 'deployment', 'cache', '-n', 'caches', '-o', 'json'),
    ) as Deployment
    const pod = deployment.spec.template.spec
    const [container] = pod.containers
    assert.ok(container)
    const token = (await world().kubectl('create', 'token', pod.serviceAccountName, '-n', 'caches')).trim()
    const kubeconfig = join(world().folder, 'packaged.kubeconfig')
    writeFileSync(kubeconfig, readFileSync(world().kubeconfig, 'utf8').replace(/^(\s*)token:.*$/m, `$1token: ${token}`))
    const given = Object.fromEntries(
      container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    )
    const guard = openGuard()
    const operator = startChild({
      name: 'packaged',
      // The port of a Pod is its own; here it is a free one.
      args: [
        join(root, 'dist/larder.mjs'),
        ...container.args.filter((arg) => !arg.startsWith('--listen')),
        '--listen',
        '127.0.0.1:0',
        '--kubeconfig',
        kubeconfig,
      ],
      env: { ...given, POD_NAMESPACE: 'caches', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      logFile: join(world().folder, 'packaged.log'),
      guard,
    })
    try {
      await world().apply(
        cachePolicy('catalog', { ttl: { default: '10m' }, eviction: { policy: 'allkeys-lru' } }),
        cacheCluster('products', { policyRef: { name: 'catalog' } }),
        memcached('fragments', 3),
      )
      await Promise.race([operator.failed, Promise.all([world().ready('products'), world().ready('fragments')])])
      assert.equal((await world().get('cachecluster', 'products'))?.status?.id, 'packaged-default-products')
      await world().kubectl('delete', 'cachecluster,cachepolicy', '--all', '--timeout=60s')
      const denied = readFileSync(join(world().folder, 'packaged.log'), 'utf8')
      assert.ok(!/forbidden/i.test(denied), denied)
    } finally {
      await operator.stop()
      await guard.close()
    }
  })

  it('keeps the CRDs when it is uninstalled', async () => {
    await world().run('helm', 'uninstall', 'cache', '-n', 'caches')
    assert.match(await world().kubectl('get', 'crd', '-o', 'name'), /cacheclusters\.larder\.dev/)
  })
})

describe('the Dockerfile', () => {
  it('builds and starts what is there', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
    const allowed = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '))
    assert.ok(copied.length > 5)
    for (const file of copied)
      assert.ok(
        allowed.some((path) => file === path || file.startsWith(`${path}/`)),
        `${file} is kept out by .dockerignore`,
      )
  })
})
