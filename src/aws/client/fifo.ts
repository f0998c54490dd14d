/** A queue: first in, first out, in constant time however many wait. */
export interface Fifo<T> {
  push(item: T): void
  shift(): T | undefined
  /** Takes all that wait. */
  drain(): readonly T[]
  readonly length: number
}

/** Beyond so many taken items, and once they are half of the array, the array is cut. */
const cutAt = 64

export const fifoOf = <T>(): Fifo<T> => {
  let items: T[] = []
  let head = 0
  return {
    push: (item) => void items.push(item),
    shift: () => {
      if (head === items.length) return undefined
      const item = items[head]
      head += 1
      if (head >= cutAt && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    drain: () => {
      const left = items.slice(head)
      items = []
      head = 0
      return left
    },
    get length() {
      return items.length - head
    },
  }
}
