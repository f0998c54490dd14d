import defaults from '../data/quotas.json' with { type: 'json' }

/** Account limits; AWS raises them on request, so they are a dial. */
export type Quotas = { readonly [Name in keyof typeof defaults]: number }

export const DEFAULT_QUOTAS: Quotas = defaults
