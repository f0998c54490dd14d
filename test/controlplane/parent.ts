import { startControlPlane } from '../../controlplane/start.ts'

// The parent that is killed: says what it holds, then waits for its end.
const plane = await startControlPlane({ log: (line) => process.stdout.write(`${line}\n`) })
process.stdout.write(`${JSON.stringify({ pids: Object.values(plane.pids()), folder: plane.folder })}\n`)
await plane.ended
