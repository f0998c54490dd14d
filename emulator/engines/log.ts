/** Where a part of the engines says what it does, one plain line at a time. Never given a secret. */
export type Log = (line: string) => void
