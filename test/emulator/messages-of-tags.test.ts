import assert from 'node:assert/strict'
import {
  AddTagsToResourceCommand,
  type ElastiCacheServiceException,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-elasticache'
import { before, describe, it } from 'mocha'
import { type Bench, openBench, PAIR_ARN } from './fixture.ts'

const VALUE = 'InvalidParameterValue'
const ACCOUNT = 'arn:aws:elasticache:us-east-1:123456789012'

/** ARNs that name nothing, or nothing of the caller's. */
const ARNS: readonly (readonly [what: string, arn: string, code: string, message: string])[] = [
  ['six parts', `${ACCOUNT}:a`, 'InvalidARN', 'Input ARN string does not have 7 components.'],
  ['eight parts', `${PAIR_ARN}:a`, 'InvalidARN', 'Input ARN string does not have 7 components.'],
  [
    'another partition',
    PAIR_ARN.replace(':aws:', ':aws-cn:'),
    'InvalidARN',
    'partition field is wrong. Expected value is aws',
  ],
  [
    'another service',
    PAIR_ARN.replace(':elasticache:', ':rds:'),
    'InvalidARN',
    'service field is wrong. Expected value is elasticache',
  ],
  [
    'another region',
    PAIR_ARN.replace('us-east-1', 'eu-west-1'),
    VALUE,
    'Unauthorized call. Please check the region or customer id',
  ],
  [
    'another account',
    PAIR_ARN.replace('123456789012', '210987654321'),
    VALUE,
    "The resource ARN does not belong to the caller's account.",
  ],
]

/** The code of each kind of resource for one that is missing. */
const MISSING: readonly (readonly [kind: string, status: number, code: string])[] = [
  ['cluster', 404, 'CacheClusterNotFound'],
  ['replicationgroup', 404, 'ReplicationGroupNotFoundFault'],
  ['parametergroup', 404, 'CacheParameterGroupNotFound'],
  ['subnetgroup', 400, 'CacheSubnetGroupNotFoundFault'],
  ['securitygroup', 404, 'CacheSecurityGroupNotFound'],
  ['snapshot', 404, 'SnapshotNotFoundFault'],
  ['user', 404, 'UserNotFound'],
  ['usergroup', 404, 'UserGroupNotFound'],
  ['serverlesscache', 404, 'ServerlessCacheNotFoundFault'],
  ['serverlesscachesnapshot', 404, 'ServerlessCacheSnapshotNotFoundFault'],
  ['reserved-instance', 404, 'ReservedCacheNodeNotFound'],
  ['globalreplicationgroup', 404, 'GlobalReplicationGroupNotFoundFault'],
]

describe('AWS says of the tags of', () => {
  let bench: Bench
  before(async () => {
    bench = await openBench()
    await bench.createGroup()
  })

  const answered = async (call: Promise<unknown>) =>
    call.then(
      () => assert.fail('it was not refused'),
      (error: ElastiCacheServiceException & { readonly Code?: string }) => ({
        status: error.$metadata.httpStatusCode,
        code: error.Code,
        message: error.message,
      }),
    )

  const calls = (ResourceName: string) => [
    () => bench.client.send(new ListTagsForResourceCommand({ ResourceName })),
    () => bench.client.send(new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: 'a', Value: 'b' }] })),
    () => bench.client.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys: ['a'] })),
  ]

  for (const [what, arn, code, message] of ARNS) {
    it(`an ARN with ${what}, by all three calls: ${message}`, async () => {
      for (const call of calls(arn)) assert.deepEqual(await answered(call()), { status: 400, code, message })
    })
  }

  for (const [kind, status, code] of MISSING) {
    it(`a ${kind} that is missing, by all three calls: Nope is not present`, async () => {
      const message = 'Nope is not present'
      for (const call of calls(`${ACCOUNT}:${kind}:Nope`)) {
        assert.deepEqual(await answered(call()), { status, code, message })
      }
    })
  }
})
