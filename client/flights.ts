/** Work on a key that is under way. `voided`: the key was written meanwhile, so what the work learnt is out of date. */
export interface Flight {
  voided: boolean
}

interface Running<T> extends Flight {
  readonly promise: Promise<T>
}

/** Work under way, by key: others may join it, and a write may void it. */
export interface Flights<T> {
  /** The latest work on this key; undefined when there is none that still counts. */
  underWay(key: string): Promise<T> | undefined
  start(key: string, work: (flight: Flight) => Promise<T>): Promise<T>
  /** The key has been written: nobody joins the work that runs now, and it must not store what it finds. */
  void(key: string): void
  /** When all that runs now has ended, well or badly. */
  settled(): Promise<void>
}

export const flightsOf = <T>(): Flights<T> => {
  const running = new Map<string, Set<Running<T>>>()
  const voided = new Set<Running<T>>()

  const forget = (key: string, flight: Running<T>): void => {
    voided.delete(flight)
    const flights = running.get(key)
    flights?.delete(flight)
    if (flights?.size === 0) running.delete(key)
  }

  return {
    underWay: (key) => [...(running.get(key) ?? [])].at(-1)?.promise,
    start: (key, work) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const flight: Running<T> = { voided: false, promise }
      running.set(key, (running.get(key) ?? new Set()).add(flight))
      work(flight)
        .finally(() => forget(key, flight))
        .then(resolve, reject)
      return promise
    },
    void: (key) => {
      for (const flight of running.get(key) ?? []) {
        flight.voided = true
        voided.add(flight)
      }
      running.delete(key)
    },
    settled: async () => {
      const all = [...running.values()].flatMap((flights) => [...flights])
      await Promise.allSettled([...all, ...voided].map(({ promise }) => promise))
    },
  }
}
