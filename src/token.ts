import { randomInt } from 'node:crypto'

/** What ElastiCache takes in an auth token and no URL, shell or YAML reader stumbles over. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const length = 48

/** A new auth token: 48 characters, about 285 bits. */
export const newToken = (): string => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
