/** Items by a value of theirs: what refers to what is found without going through all of them. */
export interface Index<T> {
  get(value: string): readonly T[]
  counts(): ReadonlyMap<string, number>
  /** The item of that key is this one from now on. */
  set(key: string, item: T): void
  delete(key: string): void
  replace(items: ReadonlyMap<string, T>): void
}

/** The values under which an item is found; undefined leaves it out. */
export type Field<T> = (item: T) => string | readonly string[] | undefined

/** `fieldOf` sees what users wrote, so it may throw: then the item has no value here. */
export const indexOf = <T>(fieldOf: Field<T>): Index<T> => {
  /** Each value's items by key, and each key's values: an item is taken out without asking again what its values were. */
  const items = new Map<string, Map<string, T>>()
  const values = new Map<string, string | readonly string[]>()

  const valuesIn = (item: T): string | readonly string[] | undefined => {
    try {
      return fieldOf(item)
    } catch {
      return undefined
    }
  }
  const each = (found: string | readonly string[]) => (typeof found === 'string' ? [found] : found)
  const remove = (key: string) => {
    for (const value of each(values.get(key) ?? [])) {
      const group = items.get(value)
      group?.delete(key)
      if (group?.size === 0) items.delete(value)
    }
    values.delete(key)
  }
  const set = (key: string, item: T) => {
    remove(key)
    const found = valuesIn(item)
    if (found === undefined) return
    values.set(key, found)
    for (const value of each(found)) {
      const group = items.get(value)
      if (group) group.set(key, item)
      else items.set(value, new Map([[key, item]]))
    }
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
