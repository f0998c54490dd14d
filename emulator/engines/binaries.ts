import { access, chmod, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { runCommand } from './command.ts'
import { unpackDebianPackages } from './debian-packages.ts'
import { withLock } from './folder-lock.ts'
import type { Log } from './log.ts'

/** The programs behind the emulator's caches, where they are and what they need. */
export interface Binaries {
  readonly redisServer: string
  readonly redisCli: string
  readonly valkeyServer: string
  readonly valkeyCli: string
  readonly memcached: string
  /** What the programs need in their environment: LD_LIBRARY_PATH, where their libraries are our own. */
  readonly env: Readonly<Record<string, string>>
  readonly versions: { readonly redis: string; readonly valkey: string; readonly memcached: string }
  /** A folder for PATH: redis-cli and valkey-cli that start as they are. */
  readonly binDir: string
}

const PROGRAMS = ['redis-server', 'redis-cli', 'valkey-server', 'valkey-cli', 'memcached'] as const
type Program = (typeof PROGRAMS)[number]
type Located = { readonly paths: Readonly<Record<Program, string>>; readonly env: Readonly<Record<string, string>> }

/** ACL rules that deny one subcommand came with Redis 7; cluster-port too. */
const OLDEST_REDIS_MAJOR = 7

/**
 * Finds redis, valkey and memcached: on PATH, else in the cache folder (LARDER_CACHE, else ~/.cache/larder), else
 * unpacked there from the distribution's packages. Throws an error that says what to install when none of it helps.
 */
export async function resolveBinaries(log: Log): Promise<Binaries> {
  const cache = process.env.LARDER_CACHE || join(homedir(), '.cache', 'larder')
  return (await onPath(cache, log)) ?? (await fromCache(cache, log))
}

async function onPath(cache: string, log: Log): Promise<Binaries | undefined> {
  const paths: Partial<Record<Program, string>> = {}
  for (const program of PROGRAMS) {
    for (const folder of (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== '')) {
      const path = join(folder, program)
      if (paths[program] === undefined && (await executable(path))) paths[program] = path
    }
    if (paths[program] === undefined) return undefined
  }
  try {
    return await described({ paths: paths as Record<Program, string>, env: {} }, cache)
  } catch (error) {
    log(`the servers on PATH are passed over: ${(error as Error).message}`)
    return undefined
  }
}

async function fromCache(cache: string, log: Log): Promise<Binaries> {
  const folder = join(cache, `cache-servers-${process.platform}-${process.arch}`)
  const existing = await unpacked(folder, cache)
  if (existing) return existing
  const waiting = () => log('another process is installing the cache servers; waiting for it')
  return withLock(`${folder}.lock`, waiting, async () => {
    const meanwhile = await unpacked(folder, cache)
    if (meanwhile) return meanwhile
    log(`installing redis, valkey and memcached into ${folder}`)
    const temporary = await mkdtemp(`${folder}.`)
    try {
      await unpackDebianPackages(temporary, join(temporary, 'apt'), log)
      // Whatever lies there cannot be started on this machine, or it would have been used.
      await rm(folder, { recursive: true, force: true })
      await rename(temporary, folder)
      const found = await described(await locatedIn(folder), cache)
      const { redis, valkey, memcached } = found.versions
      log(`installed redis ${redis}, valkey ${valkey} and memcached ${memcached}`)
      return found
    } catch (error) {
      throw new Error(whatToInstall((error as Error).message))
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  })
}

function whatToInstall(reason: string): string {
  const how =
    process.platform === 'darwin'
      ? 'brew install redis valkey memcached'
      : 'redis 7 or newer (redis-server, redis-cli), valkey (valkey-server, valkey-cli) and memcached, with your package manager'
  return `The local caches need redis-server, valkey-server and memcached on PATH. Install ${how}. Larder could not fetch them itself: ${reason}`
}

async function unpacked(folder: string, cache: string): Promise<Binaries | undefined> {
  try {
    return await described(await locatedIn(folder), cache)
  } catch {
    return undefined
  }
}

async function locatedIn(folder: string): Promise<Located> {
  const paths = Object.fromEntries(PROGRAMS.map((program) => [program, join(folder, 'usr/bin', program)]))
  const libraries = join(folder, 'usr/lib')
  const inside = (await readdir(libraries, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
    .map((entry) => join(libraries, entry.name))
  return { paths: paths as Record<Program, string>, env: { LD_LIBRARY_PATH: [...inside, libraries].join(delimiter) } }
}

async function described({ paths, env }: Located, cache: string): Promise<Binaries> {
  const version = async (program: Program) => {
    const said = await runCommand(paths[program], ['--version'], { env: { ...process.env, ...env } })
    const found = /\d+\.\d+\.\d+/.exec(said)?.[0]
    if (found === undefined) throw new Error(`${paths[program]} --version says "${said.trim()}"`)
    return found
  }
  const [redis, , valkey, , memcached] = await Promise.all(PROGRAMS.map(version))
  if (redis === undefined || valkey === undefined || memcached === undefined) throw new Error('no version')
  if (Number.parseInt(redis, 10) < OLDEST_REDIS_MAJOR)
    throw new Error(`${paths['redis-server']} is ${redis}; ${OLDEST_REDIS_MAJOR}.0 is the oldest that serves here`)
  return {
    redisServer: paths['redis-server'],
    redisCli: paths['redis-cli'],
    valkeyServer: paths['valkey-server'],
    valkeyCli: paths['valkey-cli'],
    memcached: paths.memcached,
    env,
    versions: { redis, valkey, memcached },
    binDir: await clientFolder(join(cache, 'bin'), { paths, env }),
  }
}

/** Writes one small script per client, so that a PATH entry is all a user needs. */
async function clientFolder(folder: string, { paths, env }: Located): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const program of ['redis-cli', 'valkey-cli'] as const) {
    const exports = Object.entries(env).map(([name, value]) => `${name}='${value}' `)
    const script = `#!/bin/sh\n${exports.join('')}exec '${paths[program]}' "$@"\n`
    const file = join(folder, program)
    if ((await readFile(file, 'utf8').catch(() => '')) === script) continue
    // A script that finds itself on PATH would call itself for ever.
    if (paths[program] === file) continue
    const temporary = `${file}.${process.pid}`
    await writeFile(temporary, script)
    await chmod(temporary, 0o755)
    await rename(temporary, file)
  }
  return folder
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
