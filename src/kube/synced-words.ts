import type { Kind } from '../crds/kind.ts'
import type { Unsynced } from './kube.ts'

const inFull = ({ plural, group }: Kind): string => (group === '' ? plural : `${plural}.${group}`)

/** For people: which kinds aren't listed yet, and why. Undefined when all are. */
export const unsyncedInWords = (unsynced: readonly Unsynced[]): string | undefined =>
  unsynced.length === 0
    ? undefined
    : unsynced
        .map(({ kind, error }) => `${inFull(kind)} not listed${error === undefined ? ' yet' : `: ${error}`}`)
        .join('; ')
