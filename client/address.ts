import { BindingError } from './errors.ts'

export interface Address {
  readonly host: string // a name or an IP address, IPv6 without brackets
  readonly port: number
}

/** What a `redis://` or `rediss://` URI says; user and password percent-decoded. */
export interface UriParts {
  readonly address: Address
  readonly username?: string
  readonly password?: string
  readonly database: number
  readonly tls: boolean
}

/**
 * The addresses in `host:port,host:port`; a scheme in front (`memcached://`) is dropped, commas and blanks both separate.
 *
 * @throws BindingError when there is none, or a port is none
 */
export const addressesOf = (list: string, defaultPort: number): readonly [Address, ...Address[]] => {
  const [first, ...others] = list
    .replace(/^[a-z]+:\/\//, '')
    .split(/[\s,]+/)
    .filter((item) => item !== '')
    .map((item) => addressOf(item, defaultPort))
  if (!first) throw new BindingError('the binding has an empty list of nodes')
  return [first, ...others]
}

const addressOf = (text: string, defaultPort: number): Address => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/@\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? defaultPort)
  // The text itself stays out of the message: a URI pasted into a list would carry a password.
  if (!host || port < 1 || port > 65535) throw new BindingError('a node of the binding is not host:port')
  return { host, port }
}

/** @throws BindingError when the URI is malformed; the message doesn't repeat it, since it may hold a password */
export const partsOfUri = (uri: string): UriParts => {
  const url = URL.parse(uri)
  const scheme = /^(?:redis|valkey)(s?):$/.exec(url?.protocol ?? '')
  const database = /^\/(\d*)$/.exec(url?.pathname || '/')
  if (!url?.hostname || !scheme || !database) throw malformed()
  const username = decoded(url.username)
  const password = decoded(url.password)
  return {
    address: { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) },
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    database: Number(database[1] || 0),
    tls: scheme[1] === 's',
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed()
  }
}

const malformed = (): BindingError =>
  new BindingError('the URI of the binding is not redis[s]://[user:password@]host[:port][/database], percent-encoded')
