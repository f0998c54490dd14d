import type { KubeLog } from '../../src/kube/log.ts'

/** Keeps what was logged, so that tests can look for what must not be there. */
export const memoryLog = (): KubeLog & { readonly lines: string[] } => {
  const lines: string[] = []
  const keep = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`)
  return { lines, debug: keep, info: keep, warn: keep }
}
