import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** What a process uses, as the system counts it. */
export interface Usage {
  readonly rssMb: number
  /** The most that it ever held; undefined where the system does not tell. */
  readonly peakMb: number | undefined
  /** User and system time since its start. */
  readonly cpuSeconds: number
}

/** Linux counts a process's time in ticks of 1/100 s (USER_HZ), whatever the kernel's own clock. */
const ticksPerSecond = 100

const fromProc = (pid: number): Usage => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  // The command's name is in parentheses and may hold spaces: utime and stime are the 12th and 13th word after it.
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return {
    rssMb: mb('VmRSS'),
    peakMb: mb('VmHWM'),
    cpuSeconds: (Number(words[11]) + Number(words[12])) / ticksPerSecond,
  }
}

/** `ps` writes a time as [hours:]minutes:seconds. */
const secondsOf = (time: string): number => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)

const fromPs = (pid: number): Usage => {
  const [rss = '', time = ''] = execFileSync('ps', ['-o', 'rss=,time=', '-p', `${pid}`], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
  return { rssMb: Number(rss) / 1024, peakMb: undefined, cpuSeconds: secondsOf(time) }
}

export const usageOf = (pid: number): Usage => (existsSync(`/proc/${pid}/stat`) ? fromProc(pid) : fromPs(pid))
