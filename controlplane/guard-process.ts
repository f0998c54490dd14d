import { createInterface } from 'node:readline'
import { cleanUp, type Holding, noHoldings, take } from './holdings.ts'

// The other half of guard.ts: reads one holding a line, and cleans up when the input closes.
const holdings = noHoldings()
for await (const line of createInterface({ input: process.stdin })) take(holdings, JSON.parse(line) as Holding)
await cleanUp(holdings)
