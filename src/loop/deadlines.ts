import type { Cancel, Clock } from '../time/clock.ts'

/** Keys that wait for a moment, any number of them behind one timer. */
export interface Deadlines {
  readonly size: number
  /** Plans `key` for `atMs` on the clock's scale. Of several plans for one key the earliest wins. */
  set(key: string, atMs: number): void
  delete(key: string): void
  clear(): void
}

interface Entry {
  readonly key: string
  readonly atMs: number
}

/** A binary heap, soonest first. An entry that no longer agrees with `due` is stale and skipped when it surfaces. */
export const deadlinesOf = (clock: Clock, fire: (key: string) => void): Deadlines => {
  const due = new Map<string, number>()
  let heap: Entry[] = []
  let timer: { readonly atMs: number; readonly cancel: Cancel } | undefined

  const at = (index: number): number => heap[index]?.atMs ?? Number.POSITIVE_INFINITY
  const swap = (one: number, other: number) => {
    const [a, b] = [heap[one], heap[other]]
    if (a && b) [heap[one], heap[other]] = [b, a]
  }
  const push = (entry: Entry) => {
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (at(parent) <= at(index)) return
      swap(parent, index)
      index = parent
    }
  }
  const pop = (): void => {
    const last = heap.pop()
    if (!last || heap.length === 0) return
    heap[0] = last
    for (let index = 0; ; ) {
      const left = 2 * index + 1
      const least = at(left) <= at(left + 1) ? left : left + 1
      if (at(index) <= at(least)) return
      swap(index, least)
      index = least
    }
  }
  const skipStale = () => {
    for (let head = heap[0]; head && due.get(head.key) !== head.atMs; head = heap[0]) pop()
  }
  /** Changed plans leave stale entries behind; without this they would stay until their hour comes. */
  const compact = () => {
    if (heap.length <= 2 * due.size + 64) return
    heap = [...due].map(([key, atMs]) => ({ key, atMs })).sort((a, b) => a.atMs - b.atMs)
  }
  const arm = () => {
    skipStale()
    const head = heap[0]
    if (timer && head?.atMs === timer.atMs) return
    timer?.cancel()
    timer = head && { atMs: head.atMs, cancel: clock.after(Math.max(0, head.atMs - clock.nowMs()), ring) }
  }
  const ring = () => {
    timer = undefined
    const nowMs = clock.nowMs()
    const ready: string[] = []
    for (skipStale(); at(0) <= nowMs; skipStale()) {
      const head = heap[0]
      pop()
      if (!head) break
      due.delete(head.key)
      ready.push(head.key)
    }
    arm()
    ready.forEach(fire)
  }

  return {
    get size() {
      return due.size
    },
    set: (key, atMs) => {
      if ((due.get(key) ?? Number.POSITIVE_INFINITY) <= atMs) return
      due.set(key, atMs)
      push({ key, atMs })
      compact()
      arm()
    },
    delete: (key) => {
      if (!due.delete(key)) return
      compact()
      arm()
    },
    clear: () => {
      due.clear()
      heap = []
      arm()
    },
  }
}
