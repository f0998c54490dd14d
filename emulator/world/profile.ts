import profiles from '../data/profiles.json' with { type: 'json' }

export type ProfileName = keyof typeof profiles

/** How long things take. All values are milliseconds of the emulator's clock. */
export interface Profile {
  /** Create until available. */
  readonly createMs: number
  /** Scaling, version upgrades, replicas, shards. */
  readonly scaleMs: number
  /** Any other modification. */
  readonly modifyMs: number
  /** Delete until not found. */
  readonly deleteMs: number
  /** How long members lag behind their group. */
  readonly memberLagMs: number
  /** How long a deleted resource still reads as it was. */
  readonly deleteReadsAvailableMs: number
  /** How long a group is modifying after its tags changed. */
  readonly tagMs: number
  /** How long changed parameters take to reach the nodes. */
  readonly parameterMs: number
  /** Taking or copying a snapshot; a restore takes `createMs`. */
  readonly snapshotMs: number
  readonly rebootMs: number
  /** From the loss of a primary until its shard is whole again. */
  readonly failoverMs: number
  /** Changes of users and user groups. */
  readonly userMs: number
}

export const PROFILE_NAMES = Object.keys(profiles) as readonly ProfileName[]

/** A profile's durations, divided by the speed. */
export const profileOf = (name: ProfileName, speed = 1): Profile => {
  const scaled = Object.entries(profiles[name]).map(([key, ms]) => [key, Math.round(ms / speed)])
  return Object.fromEntries(scaled) as Profile
}
