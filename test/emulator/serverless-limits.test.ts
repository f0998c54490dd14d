import assert from 'node:assert/strict'
import type { CacheUsageLimits } from '@aws-sdk/client-elasticache'
import { beforeEach, describe, it } from 'mocha'
import { type Bench, openBench, refused } from './fixture.ts'
import { type ServerlessCalls, serverlessCalls } from './serverless-fixture.ts'

const VALUE = 'InvalidParameterValue'
const COMBINATION = 'InvalidParameterCombination'

const storage = (limits: object): CacheUsageLimits => ({ DataStorage: { Unit: 'GB', ...limits } })
const ecpu = (limits: object): CacheUsageLimits => ({ ECPUPerSecond: limits })

describe('usage limits of a serverless cache', () => {
  let bench: Bench
  let calls: ServerlessCalls

  beforeEach(async () => {
    bench = await openBench()
    calls = serverlessCalls(bench.client)
  })

  const made = async (CacheUsageLimits: CacheUsageLimits) => {
    await calls.create({ CacheUsageLimits })
    bench.settle()
  }
  const modified = async (CacheUsageLimits: CacheUsageLimits) => {
    await calls.modify({ CacheUsageLimits })
    bench.settle()
    return (await calls.cache())?.CacheUsageLimits
  }

  it('lie between those of AWS, and no minimum above its maximum', async () => {
    const create = (CacheUsageLimits: CacheUsageLimits) => calls.create({ CacheUsageLimits })
    const work =
      'Invalid value for ECPUPerSecond limit. Must be between 1000 and 15000000. You can set the value to zero to remove the limit.'
    await refused(create(storage({ Maximum: -1 })), VALUE, /DataStorage limit. Must be between 1 and 5000/)
    await refused(create(storage({ Maximum: 5001 })), VALUE, /DataStorage/)
    await refused(create(storage({ Maximum: 1, Unit: 'TB' })), VALUE, /Unit/)
    await refused(create(storage({})), COMBINATION, /Maximum or a Minimum/)
    await refused(create(storage({ Maximum: 2, Minimum: 3 })), COMBINATION, /greater/)
    await refused(create(ecpu({ Maximum: 999 })), VALUE, work)
    await refused(create(ecpu({ Minimum: 15_000_001 })), VALUE, work)
    const limits = { ...storage({ Minimum: 1, Maximum: 5000 }), ...ecpu({ Minimum: 1000, Maximum: 15_000_000 }) }
    await create(limits)
    assert.deepEqual((await calls.cache())?.CacheUsageLimits, limits)
  })

  it('are taken off by 0, one by one, and the others stay', async () => {
    await made({ ...storage({ Maximum: 10, Minimum: 1 }), ...ecpu({ Maximum: 5000 }) })
    const work = ecpu({ Maximum: 5000 })
    assert.deepEqual(await modified(storage({ Maximum: 10, Minimum: 0 })), { ...storage({ Maximum: 10 }), ...work })
    assert.deepEqual(await modified(storage({ Maximum: 0 })), work)
    assert.equal(await modified(ecpu({ Maximum: 0 })), undefined)
  })

  it('stay where they are left out, and still bound the other one', async () => {
    await made(storage({ Maximum: 10, Minimum: 2 }))
    assert.deepEqual(await modified(storage({ Maximum: 20 })), storage({ Maximum: 20, Minimum: 2 }))
    await refused(calls.modify({ CacheUsageLimits: storage({ Minimum: 21 }) }), COMBINATION, /greater/)
  })

  it('of 0 are none at its creation, and nothing to take off later', async () => {
    await made({ ...storage({ Maximum: 0 }), ...ecpu({ Maximum: 0, Minimum: 0 }) })
    assert.equal((await calls.cache())?.CacheUsageLimits, undefined)
    const nothing = calls.modify({ CacheUsageLimits: ecpu({ Maximum: 0 }) })
    await refused(nothing, COMBINATION, 'No modifications were requested')
  })
})
