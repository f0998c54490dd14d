import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'
import { installPython } from '../../scripts/python.ts'
import { startCodec } from './codec.ts'
import { startStillClock } from './still-clock.ts'

interface Listed {
  readonly id: string
  readonly group: string
  readonly sentence: string
}
interface Ended {
  readonly id: string
  readonly failure: string | null
}

const python = installPython(console.log)
const program = join(import.meta.dirname, 'sentences.py')
const args = ['-B', program]

const listed = execFileSync(python, [...args, '--list'], {
  encoding: 'utf8',
  env: { ...process.env, LARDER_CODEC_URL: 'http://127.0.0.1:1' },
})
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Listed)

/** One run of Python for all: each test here waits for the line that tells of it. */
describe('the emulator over a real wire', () => {
  const emulators: ListeningEmulator[] = []
  const ends: (() => void)[] = []
  const results = new Map(listed.map(({ id }) => [id, Promise.withResolvers<string | null>()]))
  const started = async (options: Parameters<typeof startEmulator>[0]): Promise<string> => {
    const emulator = await startEmulator(options)
    emulators.push(emulator)
    return emulator.url
  }

  before(async () => {
    const codec = await startCodec()
    const still = await startStillClock()
    ends.push(codec.stop, still.stop)
    const env = {
      ...process.env,
      LARDER_QUICK_URL: await started({ nodes: 'none', speed: 10 }),
      LARDER_STILL_URL: await started({ nodes: 'none', clock: still.clock }),
      LARDER_STILL_CLOCK: still.url,
      LARDER_REAL_URL: await started({ speed: 4 }),
      LARDER_CODEC_URL: codec.url,
    }
    const child = spawn(python, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    ends.push(() => child.kill())
    let complaints = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, failure } = JSON.parse(line) as Ended
      results.get(id)?.resolve(failure)
    })
    child.on('close', () => {
      for (const { resolve } of results.values()) resolve(`python ended before this test did: ${complaints}`)
    })
  })
  after(async () => {
    for (const end of ends) end()
    await Promise.all(emulators.map((emulator) => emulator.stop()))
  })

  for (const [group, tests] of Map.groupBy(listed, (test) => test.group)) {
    describe(group, () => {
      for (const { id, sentence } of tests) {
        it(sentence, async () => {
          const failure = await results.get(id)?.promise
          assert.equal(failure, null, failure ?? 'no result')
        })
      }
    })
  }

  it('has suites to run', () => assert.ok(listed.length > 80, `${listed.length} tests`))
})
