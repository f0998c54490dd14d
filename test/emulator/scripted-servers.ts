import { ElastiCacheClient } from '@aws-sdk/client-elasticache'
import { inProcessDoor } from '../../emulator/door/in-process.ts'
import { createState } from '../../emulator/door/state.ts'
import { noEngines } from '../../emulator/engines/none.ts'
import type { EnginesWanted } from '../../emulator/engines/port.ts'
import { type ManualClock, manualClock } from '../../emulator/world/clock.ts'
import { profileOf } from '../../emulator/world/profile.ts'
import { DEFAULT_QUOTAS } from '../../emulator/world/quota.ts'
import { CREDENTIALS, REGION } from './fixture.ts'

/** Servers that answer when the test says so, and an emulator in front of them. */
export interface ScriptedServers {
  readonly clock: ManualClock
  readonly client: ElastiCacheClient
  /** Whether servers answer, but for those that are broken. */
  answering: boolean
  /** Keys that cannot be had, and why. */
  readonly broken: Map<string, string>
  /** What the emulator asked for last. */
  wanted: EnginesWanted | undefined
}

export const openScriptedServers = async (): Promise<ScriptedServers> => {
  const clock = manualClock()
  const script = { answering: true, broken: new Map<string, string>(), wanted: undefined as EnginesWanted | undefined }
  const ready: ReadonlySet<string> = Object.assign(new Set<string>(), {
    has: (key: string) => script.answering && !script.broken.has(key),
  })
  const engines = {
    ...noEngines(),
    ready: () => ready,
    failed: () => script.broken,
    converge: (next: EnginesWanted) => {
      script.wanted = next
    },
  }
  const dials = { profile: profileOf('fast'), quotas: DEFAULT_QUOTAS, accounts: {}, engines, realNodes: true }
  const requestHandler = inProcessDoor(await createState(dials), clock)
  const client = new ElastiCacheClient({ region: REGION, credentials: CREDENTIALS, requestHandler, maxAttempts: 1 })
  return Object.assign(script, { clock, client })
}
