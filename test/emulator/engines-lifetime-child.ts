/** Runs engines in a process of their own until it is killed, and says what it started. */
import { createEngines } from '../../emulator/engines/processes.ts'
import { front, node, settle } from './engines-fixture.ts'

const early = process.argv[2] === 'early'
const engines = await createEngines({ log: () => {} })
const primary = node('k-001/0001')
const other = node('k-002/0001', { engine: 'valkey' })
const memcached = node('k/0001', { engine: 'memcached', port: 11211, parameters: {} })
const say = () =>
  process.stdout.write(`${JSON.stringify({ pids: [...engines.pids().values()], caFile: engines.caFile })}\n`)
if (early) say()
await settle(engines, [primary, other, memcached], [front('k/primary', 'primary', [primary])])
if (!early) say()
