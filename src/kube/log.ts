/** Where this room tells what happened. Fields never hold bodies, tokens or a Secret's contents. */
export interface KubeLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
}
