import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AptArchive, aptStanza, readAptSources } from './apt-sources.ts'
import { runCommand } from './command.ts'
import type { Log } from './log.ts'

const SERVERS = ['redis-server', 'redis-tools', 'valkey-server', 'valkey-tools', 'memcached']

/**
 * Unpacks the cache servers and the libraries that this machine lacks into `folder`, from the archives of the machine's
 * own distribution. Needs apt-get and dpkg-deb, but neither root nor a change to the system: lists, archives and sources
 * are private to the call. Signatures are checked by apt as ever.
 */
export async function unpackDebianPackages(folder: string, work: string, log: Log): Promise<void> {
  const codename = await distributionCodename()
  const archives = await machineArchives(codename)
  if (archives.length === 0) throw new Error(`the machine's package sources name no archive for ${codename}`)
  const apt = await privateApt(work, archives)
  log('reading package lists (private to Larder, the system stays as it is)')
  await apt.update()
  if (!(await apt.offers('valkey-server'))) {
    const main = archives.find((archive) => archive.suites.includes(codename)) ?? archives[0]
    if (main) await apt.add('backports', { ...main, suites: [`${codename}-backports`] })
    await apt.update()
  }
  const packages = await apt.missing(SERVERS)
  log(`downloading ${packages.join(' ')}`)
  for (const archive of await apt.download(packages)) await runCommand('dpkg-deb', ['-x', archive, folder])
  await rm(work, { recursive: true, force: true })
}

async function distributionCodename(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8')
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1]
  if (codename === undefined) throw new Error('/etc/os-release names no VERSION_CODENAME')
  return codename
}

/** The machine's own archives of its own release. Others (vendors' repositories) are left alone. */
async function machineArchives(codename: string): Promise<AptArchive[]> {
  const parts = await readdir('/etc/apt/sources.list.d').catch(() => [])
  const files = ['/etc/apt/sources.list', ...parts.map((part) => join('/etc/apt/sources.list.d', part))]
  const found: AptArchive[] = []
  for (const file of files.filter((name) => /\.(list|sources)$/.test(name))) {
    const text = await readFile(file, 'utf8').catch(() => '')
    found.push(...readAptSources(file, text))
  }
  const ours = (suite: string) => suite === codename || suite.startsWith(`${codename}-`)
  return found.filter((archive) => archive.suites.some(ours) && archive.components.includes('main'))
}

async function privateApt(work: string, archives: readonly AptArchive[]) {
  const sources = join(work, 'sources')
  const downloads = join(work, 'downloads')
  for (const folder of [sources, downloads, join(work, 'lists/partial'), join(work, 'cache/archives/partial')])
    await mkdir(folder, { recursive: true })
  const add = (name: string, archive: AptArchive) =>
    writeFile(join(sources, `${name}.sources`), aptStanza(archive), 'utf8')
  await Promise.all(archives.map((archive, index) => add(`machine-${index}`, archive)))
  // Only where things are kept differs from the system's apt: its proxies and credentials still count.
  const options = [
    'Dir::Etc::SourceList=/dev/null',
    `Dir::Etc::SourceParts=${sources}`,
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
    'APT::Install-Recommends=0',
  ].flatMap((option) => ['-o', option])
  const env = { ...process.env, LC_ALL: 'C' }
  const apt = (...args: string[]) => runCommand('apt-get', [...options, '-q', ...args], { cwd: downloads, env })
  return {
    add,
    update: () => apt('update'),
    offers: async (name: string) =>
      (await runCommand('apt-cache', [...options, 'policy', name], { env })).includes('Candidate:'),
    /** The packages and what they need beyond what this machine has. */
    missing: async (names: readonly string[]) => {
      const simulation = await apt('--simulate', '--reinstall', 'install', ...names)
      return [...new Set([...simulation.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name))]
    },
    download: async (names: readonly string[]) => {
      await apt('download', ...names)
      return (await readdir(downloads)).map((file) => join(downloads, file))
    },
  }
}
