/** Histories that failed once: run first, each time. `path` leads to the very one among those of the seed. */
export const kept: readonly { readonly seed: number; readonly path: string }[] = []
