import { spawn } from 'node:child_process'
import { PID_FILE } from './child.ts'

/** Cleans up when the emulator is gone, however it went. */
export interface Watchdog {
  /** Ends every process still named in the folder, removes the folder, resolves when that is done. */
  cleanUp(): Promise<void>
}

/**
 * Waits for the end of its input, which comes with the end of the emulator. Moving the folder first makes sure that a
 * server which is just starting (see child.ts) either has left its id or cannot start.
 */
const SCRIPT = `
trap '' INT TERM HUP
cat >/dev/null
mv "$0" "$0.gone" || exit 0
for file in "$0.gone"/*/${PID_FILE}; do
  [ -s "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null
done
rm -rf "$0.gone" || { sleep 1; rm -rf "$0.gone"; }
`

/** Starts a small shell beside the emulator that outlives it, even a kill -9, just long enough to clean `folder`. */
export function startWatchdog(folder: string): Watchdog {
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  const gone = new Promise<void>((resolve, reject) => {
    watcher.on('exit', () => resolve())
    watcher.on('error', reject)
  })
  gone.catch(() => {})
  watcher.unref()
  return {
    async cleanUp() {
      watcher.ref()
      watcher.stdin.end()
      await gone
    },
  }
}
