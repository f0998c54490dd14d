/** Items by a value of theirs: what refers to what is found without going through all of them. */
export interface Index<T> {
  get(value: string): readonly T[]
  counts(): ReadonlyMap<string, number>
  /** The item of that key is this one from now on. */
  set(key: string, item: T): void
  delete(key: string): void
  replace(items: ReadonlyMap<string, T>): void
}

/** `fieldOf` sees what users wrote, so it may throw: then the item has no value here. */
export const indexOf = <T>(fieldOf: (item: T) => string | undefined): Index<T> => {
  /** Each value's items by key, and each key's value: an item is taken out without asking again what its value was. */
  const items = new Map<string, Map<string, T>>()
  const values = new Map<string, string>()

  const valueIn = (item: T): string | undefined => {
    try {
      return fieldOf(item)
    } catch {
      return undefined
    }
  }
  const remove = (key: string) => {
    const value = values.get(key)
    if (value === undefined) return
    values.delete(key)
    const group = items.get(value)
    group?.delete(key)
    if (group?.size === 0) items.delete(value)
  }
  const set = (key: string, item: T) => {
    remove(key)
    const value = valueIn(item)
    if (value === undefined) return
    values.set(key, value)
    const group = items.get(value)
    if (group) group.set(key, item)
    else items.set(value, new Map([[key, item]]))
  }

  return {
    get: (value) => [...(items.get(value)?.values() ?? [])],
    counts: () => new Map([...items].map(([value, group]) => [value, group.size])),
    set,
    delete: remove,
    replace: (all) => {
      items.clear()
      values.clear()
      for (const [key, item] of all) set(key, item)
    },
  }
}
