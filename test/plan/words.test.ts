import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Action } from '../../src/plan/core/action.ts'
import type { PlannedAction } from '../../src/plan/core/outcome.ts'
import { inWords } from '../../src/plan/core/words.ts'

const id = 'shop-web'
const name = 'shop-web-redis7'
const own = { cacheId: id, arn: 'arn:aws:elasticache:us-east-1:123456789012:replicationgroup:shop-web' }
const planned = (action: Action): PlannedAction => ({ action, disruption: 'None', when: 'Now' })

describe('a step in words', () => {
  const rows: readonly (readonly [Action, string])[] = [
    [
      { do: 'CreateParameterGroup', name, family: 'redis7', description: '', tags: {} },
      'creating the parameter group shop-web-redis7',
    ],
    [
      { do: 'SetParameters', name, values: { timeout: '20', 'maxmemory-policy': 'allkeys-lru' } },
      'setting timeout, maxmemory-policy in the parameter group shop-web-redis7',
    ],
    [{ do: 'ResetParameters', name, names: ['timeout'] }, 'resetting timeout in the parameter group shop-web-redis7'],
    [{ do: 'DeleteParameterGroup', name }, 'deleting the parameter group shop-web-redis7'],
    [
      {
        do: 'CreateGroup',
        id,
        description: '',
        group: { engine: 'redis', nodeType: 'cache.t4g.small', shards: 1, replicasPerShard: 0 },
        tags: {},
        withToken: false,
      },
      'creating the replication group shop-web',
    ],
    [
      { do: 'CreateMemcached', id, cluster: { nodeType: 'cache.t4g.small', nodeCount: 1 }, tags: {} },
      'creating the cluster shop-web',
    ],
    [{ do: 'ModifyGroup', id, set: {}, when: 'Now' }, 'changing shop-web'],
    [{ do: 'ModifyMemcached', id, set: {}, when: 'Now' }, 'changing shop-web'],
    [{ do: 'SetReplicas', id, from: 1, to: 2 }, 'changing the replicas of shop-web'],
    [{ do: 'SetShards', id, from: 3, to: 2, retain: ['0001', '0002'] }, 'changing the shards of shop-web'],
    [{ do: 'SetNodes', id, from: 1, to: 2, remove: [] }, 'changing the nodes of shop-web'],
    [{ do: 'RotateToken', id }, 'letting a new auth token into shop-web beside the old one'],
    [{ do: 'SetToken', id }, 'making the new auth token the only one of shop-web'],
    [{ do: 'DeleteGroup', id }, 'deleting the replication group shop-web'],
    [{ do: 'DeleteMemcached', id }, 'deleting the cluster shop-web'],
    [{ do: 'SetTags', ...own, tags: {} }, 'setting tags of shop-web'],
    [{ do: 'RemoveTags', ...own, keys: [] }, 'removing tags of shop-web'],
    [{ do: 'StoreToken' }, 'storing a new auth token'],
    [{ do: 'WriteSecrets', secrets: ['env'], hash: 'x' }, 'writing the Secrets'],
    [{ do: 'KeepToken', name: 'web-auth' }, 'leaving the Secret web-auth with the auth token behind'],
    [{ do: 'DeleteSecrets', names: ['web'] }, 'removing the former Secret web'],
    [{ do: 'DeleteSecrets', names: ['web', 'web-env'] }, 'removing the former Secrets web, web-env'],
    [{ do: 'RebootNodes', id, clusterId: 'shop-web-001', nodeIds: ['0001'] }, 'rebooting shop-web-001'],
  ]
  for (const [action, words] of rows) {
    it(`${action.do}: ${words}`, () => assert.equal(inWords(planned(action)), words))
  }

  it('names the field, and what it changes from and to', () => {
    const next = planned({ do: 'SetReplicas', id, from: 1, to: 2 })
    assert.equal(
      inWords({ ...next, field: 'spec.nodes.replicasPerShard', from: '1', to: '2' }),
      'changing the replicas of shop-web: spec.nodes.replicasPerShard from 1 to 2',
    )
    assert.equal(inWords({ ...next, field: 'spec.nodes' }), 'changing the replicas of shop-web: spec.nodes')
  })
})
