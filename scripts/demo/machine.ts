import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Programs that a local world starts. */
const ours = /^(kube-apiserver|kube-controller|etcd|larder-control|controlplane|redis-server|valkey-server|memcached)/

/** `pid name` of every running program of these names, ours or not: what is there before is not left over after. */
export const serversRunning = (): ReadonlySet<string> =>
  new Set(processes().filter((line) => ours.test(line.split(' ')[1] ?? '')))

const processes = (): readonly string[] => {
  if (process.platform !== 'linux') {
    return execFileSync('ps', ['-axo', 'pid=,comm='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().replace(/ .*\//, ' '))
  }
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => {
      try {
        return [`${pid} ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`]
      } catch {
        return [] // it ended while we looked
      }
    })
}
