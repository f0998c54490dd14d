/** One call that reached the emulator. Inputs are not kept, so no secret can be. */
export interface LedgerEntry {
  readonly time: string
  readonly account: string
  readonly region: string
  readonly action: string
  /** The resource that the call names, in lower case. */
  readonly id?: string
  /** 'ok' or the wire code of the refusal. */
  readonly outcome: string
  /** The ordered fault that struck. */
  readonly fault?: string
}

export interface Ledger {
  record(entry: LedgerEntry): void
  entries(): readonly LedgerEntry[]
  clear(): void
}

const MAX_ENTRIES = 200_000

/** Calls in the order in which they came; the oldest go when there are too many. */
export const createLedger = (): Ledger => {
  let entries: LedgerEntry[] = []
  return {
    record: (entry) => {
      entries.push(entry)
      if (entries.length > MAX_ENTRIES) entries = entries.slice(-MAX_ENTRIES / 2)
    },
    entries: () => entries,
    clear: () => {
      entries = []
    },
  }
}
