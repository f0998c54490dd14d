import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { until } from '../local/until.ts'
import type { World } from '../local/world.ts'
import { caches, readyOf, secretData, shown } from './objects.ts'

const root = join(import.meta.dirname, '../..')
const execute = promisify(execFile)
type Say = (line: string) => void

export const applySamples = async (world: World, say: Say) =>
  say((await world.kubectl('apply', '-f', join(root, 'deploy/samples'))).trim())

/** Follows every cache until all are Ready; `progress` hears what each waits for. */
export const waitUntilReady = (world: World, progress: Say) =>
  until(
    'every cache to be Ready',
    async () => {
      const all = await caches(world)
      progress(all.map((cache) => `${cache.metadata.name}: ${readyOf(cache)?.message ?? 'not seen yet'}`).join(' | '))
      return all.length > 0 && all.every((cache) => readyOf(cache)?.status === 'True')
    },
    180_000,
  )

export const showObjects = async (world: World, say: Say) => say(await world.kubectl('get', 'larder'))

export const showSecrets = async (world: World, say: Say) => {
  for (const name of ['products', 'products-env', 'sessions', 'fragments-env']) {
    say(`Secret ${name}`)
    for (const line of shown(await secretData(world, name))) say(`  ${line}`)
  }
}

/** Every server behind the Secrets answers, as a client sees it. */
export const pingServers = async (world: World, say: Say) => {
  for (const name of ['products', 'sessions']) {
    const { uri = '' } = await secretData(world, name)
    say(
      `redis-cli -u <uri of ${name}> PING: ${(await world.run('redis-cli', '--no-auth-warning', '-u', uri, 'PING')).trim()}`,
    )
  }
}

/** A workload in a process of its own that gets nothing but the environment Secret. */
export const runWorkload = async (world: World, say: Say) => {
  const env = await secretData(world, 'products-env')
  const page = join(root, 'client/examples/product-page.ts')
  const { stdout } = await execute(process.execPath, [page], { env: { PATH: process.env.PATH, ...env } })
  say(stdout.trim())
}

/** What the workload left in the server, seen with the server's own tool. */
export const lookIntoServer = async (world: World, say: Say) => {
  const { uri = '' } = await secretData(world, 'products')
  const redis = async (...command: readonly string[]) => (await world.run('redis-cli', '-u', uri, ...command)).trim()
  const keys = (await redis('KEYS', '*')).split('\n')
  for (const key of keys)
    say(`${key}: expires in ${Math.round(Number(await redis('PTTL', key)) / 1000)} s (policy: 10m, less up to 10 %)`)
  const [, policy] = /maxmemory_policy:(\S+)/.exec(await redis('INFO', 'memory')) ?? []
  say(`eviction policy of the server: ${policy} (policy: allkeys-lru)`)
  if (policy !== 'allkeys-lru') throw new Error(`the server evicts by ${policy}`)
}

/** Scales from one replica to two, and shows the plan as status had it before AWS was called. */
export const scaleReplicas = async (world: World, say: Say) => {
  const plan = firstPlan(world, 'products', 'SetReplicas')
  await world.kubectl(
    'patch',
    'cachecluster',
    'products',
    '--type=merge',
    '-p',
    '{"spec":{"nodes":{"replicasPerShard":2}}}',
  )
  const seen = await plan
  say(`status.plan before it happens: ${seen}`)
  await world.kubectl('wait', '--for=jsonpath={.status.replicasPerShard}=2', 'cachecluster/products', '--timeout=120s')
  await world.kubectl('wait', '--for=condition=Ready', 'cachecluster/products', '--timeout=120s')
  say(await world.kubectl('get', 'cachecluster', 'products'))
}

/** Watches one object until its plan names the step; gives that plan's actions as JSON. */
const firstPlan = (world: World, name: string, step: string): Promise<string> => {
  const watch = spawn(
    'kubectl',
    ['get', 'cachecluster', name, '--watch', '-o', 'jsonpath={.status.plan.actions}{"\\n"}'],
    {
      env: { ...process.env, ...world.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  return new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no plan with ${step} was seen`)), 60_000)
    createInterface({ input: watch.stdout }).on('line', (line) => {
      if (!line.includes(step)) return
      clearTimeout(late)
      resolve(line)
    })
  }).finally(() => watch.kill())
}

/** Deletes all, and fails when AWS still holds anything of it. */
export const deleteAll = async (world: World, say: Say) => {
  say((await world.kubectl('delete', '-f', join(root, 'deploy/samples'), '--timeout=180s')).trim())
  // Kubernetes collects the Secrets of an owner that is gone, in its own time.
  await until('the Secrets to be collected', async () => (await world.kubectl('get', 'secrets', '-o', 'name')) === '')
  say('no object and no Secret is left in Kubernetes')
}
