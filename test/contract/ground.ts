import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ElastiCacheClientConfig } from '@aws-sdk/client-elasticache'
import { openEmulator, startEmulator } from '../../emulator/start.ts'
import { type AwsConnection, connectAws } from '../../src/aws/client/connect.ts'
import { type Clock, realClock } from '../../src/time/clock.ts'
import { fakeClock } from '../loop/fake-clock.ts'
import { patience, patienceMs } from '../patience.ts'

type Emulator = Awaited<ReturnType<typeof openEmulator>>

/** Somewhere that the port can be tried: the operator's hands, and on an emulator its dials. */
export interface Ground extends AwsConnection {
  /** A name that nobody else uses there. */
  name(word: string): string
  /** Lets time pass until the condition holds; fails when it has not for longer than this ground ever takes. */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>
  /** Absent on real AWS. */
  readonly emulator: Emulator | undefined
  leave(): Promise<void>
}

export interface GroundKind {
  readonly title: string
  readonly open: () => Promise<Ground>
}

const region = 'eu-west-1'
const testKeys = { accessKeyId: 'test', secretAccessKey: 'test' }
const quiet = { info: () => {}, warn: () => {} }

const common = (clock: Clock, ratePerSecond: number) => ({
  region,
  clock,
  random: Math.random,
  ratePerSecond,
  mayWrite: () => true,
  log: quiet,
})

const naming = () => {
  const suffix = randomBytes(3).toString('hex')
  return (word: string) => `larder-${word}-${suffix}`
}

const polling =
  (stepMs: number, limitMs: number): Ground['until'] =>
  async (what, holds) => {
    const waits = patience(limitMs)
    while (!(await holds())) {
      if (!waits()) throw new Error(`never came true: ${what}`)
      await wait(stepMs)
    }
  }

type Handler = Exclude<ElastiCacheClientConfig['requestHandler'], undefined> & {
  handle(...all: readonly unknown[]): Promise<unknown>
}

const counting = (handler: Handler) => {
  let underWay = 0
  const handle = async (...all: readonly unknown[]) => {
    underWay += 1
    try {
      return await handler.handle(...all)
    } finally {
      underWay -= 1
    }
  }
  return { handler: { ...handler, handle } as Handler, underWay: () => underWay }
}

/** One clock for both sides, moved by whoever waits: minutes of AWS take milliseconds. */
export const openInProcess = async (nodesPerRegion?: number): Promise<Ground> => {
  const clock = fakeClock()
  const emulator = await openEmulator({
    nodes: 'none',
    profile: 'realistic',
    clock: { now: () => clock.wallMs() },
    quotas: nodesPerRegion === undefined ? {} : { nodesPerRegion },
  })
  const counted = counting(emulator.requestHandler as Handler)
  const connection = connectAws({
    ...common(clock, 10_000),
    credentials: testKeys,
    requestHandler: counted.handler,
  })
  connection.polling.start()
  return {
    ...connection,
    name: naming(),
    emulator,
    until: async (what, holds) => {
      for (let step = 0; !(await holds()); step++) {
        if (step > 20_000) throw new Error(`not within hours of the emulator: ${what}`)
        // Time stands still while a request is under way, as it hardly moves during one in the world.
        do await clock.settle()
        while (counted.underWay() > 0)
        await clock.advance(1000)
      }
    },
    leave: async () => {
      connection.close()
      await emulator.stop()
    },
  }
}

/** Our side's minutes pass in seconds, so that its pace fits the emulator's quick lifecycles. */
const quickly = 20
const quickClock: Clock = {
  ...realClock,
  nowMs: () => realClock.nowMs() * quickly,
  after: (ms, run) => realClock.after(ms / quickly, run),
}

const openOverHttp = async (): Promise<Ground> => {
  const emulator = await startEmulator({ profile: 'fast', speed: 0.5 })
  const connection = connectAws({ ...common(quickClock, 1000), credentials: testKeys, endpoint: emulator.url })
  connection.polling.start()
  return {
    ...connection,
    name: naming(),
    emulator,
    until: polling(20, patienceMs),
    leave: async () => {
      connection.close()
      await emulator.stop()
    },
  }
}

const openRemote = async (): Promise<Ground> => {
  const connection = connectAws({ ...common(realClock, 5), region: process.env.AWS_REGION ?? region })
  connection.polling.start()
  return {
    ...connection,
    name: naming(),
    emulator: undefined,
    until: polling(5000, 3 * 3_600_000),
    leave: async () => connection.close(),
  }
}

const confirmation = 'I pay for it'
const costLine =
  'REMOTE=1: this suite makes up to 8 cache.t4g.micro nodes for two to four hours in your AWS account, about 1 USD in all.'

/** Real AWS joins in when it is asked for and the cost is confirmed; asking without confirming is an error, not a skip. */
const remoteKind = (): readonly GroundKind[] => {
  if (process.env.REMOTE !== '1') return []
  process.stdout.write(`${costLine}\n`)
  if (process.env.REMOTE_CONFIRM !== confirmation)
    throw new Error(`${costLine} Confirm with REMOTE_CONFIRM='${confirmation}'.`)
  return [{ title: 'real AWS', open: openRemote }]
}

export const grounds: readonly GroundKind[] = [
  { title: 'the emulator in process', open: () => openInProcess() },
  { title: 'the emulator over HTTP', open: openOverHttp },
  ...remoteKind(),
]
