import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../controlplane/cache.ts'
import { tellingErrors } from './tell.ts'

const requirements = join(import.meta.dirname, '../test/boto3/requirements.txt')
const oldest = [3, 9]
const cure =
  'install Python 3.9 or later with venv (on Debian and Ubuntu: python3 and python3-venv), then run this again'

/** The version of the python3 on PATH, for instance 3.11; an error that says what to do when there is none that serves. */
const systemVersion = (): string => {
  const { stdout, status } = spawnSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    encoding: 'utf8',
  })
  const version = status === 0 ? stdout.trim() : ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major !== oldest[0] || minor < (oldest[1] ?? 0))
    throw new Error(`The boto3 suite found ${version === '' ? 'no python3' : `python ${version}`}: ${cure}`)
  return version
}

/** Throws an error that says what to install when boto3 is not there and cannot be installed. Makes nothing. */
export const checkPython = (): void => {
  const version = systemVersion()
  if (existsSync(venvFolder())) return
  // Debian ships python3 without these two.
  if (spawnSync('python3', ['-c', 'import venv, ensurepip']).status !== 0)
    throw new Error(`The boto3 suite found python ${version} without venv: ${cure}`)
}

/** Where the Python with boto3 and the AWS CLI is, or will be. A change of the requirements makes another. */
const venvFolder = (): string => {
  const mark = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  return join(cacheFolder(), `python${systemVersion()}-${mark}`)
}

const pythonIn = (folder: string): string => join(folder, 'bin', 'python')

/** Makes the virtual environment of test/boto3/requirements.txt in the cache folder, unless it is there. */
export const installPython = (say: (line: string) => void): string => {
  const folder = venvFolder()
  if (!existsSync(folder)) {
    say(`Installing boto3 and the AWS CLI (test/boto3/requirements.txt) into ${folder}`)
    mkdirSync(cacheFolder(), { recursive: true })
    const fresh = mkdtempSync(`${folder}.`)
    try {
      execFileSync('python3', ['-m', 'venv', fresh], { stdio: ['ignore', 'ignore', 'inherit'] })
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
      execFileSync(pythonIn(fresh), pip, { stdio: ['ignore', 'ignore', 'inherit'] })
      // Whole or not at all; who comes second finds the first one's.
      if (!existsSync(folder)) renameSync(fresh, folder)
    } catch (error) {
      throw new Error(`boto3 could not be installed: ${(error as Error).message}. If venv or pip is missing: ${cure}`)
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  }
  return pythonIn(folder)
}

if (import.meta.main)
  await tellingErrors(() => console.log(`python with boto3 and the AWS CLI: ${installPython(console.log)}`))
