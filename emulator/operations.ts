import { readdirSync } from 'node:fs'
import type { Address } from './engines/port.ts'
import type { Profile } from './world/profile.ts'
import type { Quotas } from './world/quota.ts'
import type { World } from './world/world.ts'

/** What an operation is given. It validates first, and changes the world last. */
export interface Call<Input> {
  /** Brought up to date already. */
  readonly world: World
  readonly input: Input
  readonly nowMs: number
  readonly profile: Profile
  readonly quotas: Quotas
  /** A folder that stands for S3: a folder for each bucket, and its objects below. */
  readonly s3Dir?: string | undefined
  /** The address of a node or front key. */
  readonly address: (key: string, port: number) => Address
  /** How much of a reshard is done, 0 to 100. The key is '<account>/<region>/<id>'. */
  readonly slotsMovedPercent: (clusterKey: string) => number
}

/** One action of the API. Throws a Refusal, and has then changed nothing. */
export type Operation<Input, Result extends object> = (call: Call<Input>) => Result

type AnyOperation = Operation<Record<string, unknown>, object>

const FOLDER = new URL('./operations/', import.meta.url)

/** Loads every operation that has a file: the file's name is the action's name. */
export const loadOperations = async (): Promise<ReadonlyMap<string, AnyOperation>> => {
  const files = readdirSync(FOLDER).filter((file) => /^[A-Z][A-Za-z]*\.[tj]s$/.test(file))
  const loaded = files.map(async (file) => {
    const module = (await import(new URL(file, FOLDER).href)) as { readonly operation: AnyOperation }
    return [file.slice(0, -'.ts'.length), module.operation] as const
  })
  return new Map(await Promise.all(loaded))
}
