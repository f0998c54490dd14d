import * as z from 'zod'
import { conditions } from './conditions.ts'
import { immutable, present, rules } from './rule.ts'

/** The CacheCluster: one cache in ElastiCache and the Secrets that lead to it. Cross-field rules are CEL, in the server. */

export const engines = ['redis', 'valkey', 'memcached'] as const
export const clusterModes = ['Disabled', 'Compatible', 'Enabled'] as const
export const transitEncryptions = ['Disabled', 'Preferred', 'Required'] as const

const name = (max: number) => z.string().min(1).max(max)
const strings = (items: number, length: number) => z.array(z.string().min(1).max(length)).max(items)

const nodes = z
  .object({
    type: z
      .string()
      .max(64)
      .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/)
      .describe('Node type as AWS names it, for instance cache.t4g.small.'),
    count: z.int().min(1).max(60).optional().describe('memcached only: number of cache nodes. Default: 1.'),
    shards: z
      .int()
      .min(1)
      .max(500)
      .optional()
      .describe('redis and valkey only: number of shards. More than 1 needs clusterMode Enabled. Default: 1.'),
    replicasPerShard: z
      .int()
      .min(0)
      .max(5)
      .optional()
      .describe('redis and valkey only: read replicas of each shard. Default: 0.'),
    clusterMode: z
      .enum(clusterModes)
      .optional()
      .describe('redis and valkey only: Disabled, Compatible or Enabled; Enabled is final. Default: Disabled.'),
    multiAZ: z
      .boolean()
      .optional()
      .describe('redis and valkey only: spread over zones. Default: true when replicasPerShard is more than 0.'),
    automaticFailover: z
      .boolean()
      .optional()
      .describe(
        'redis and valkey only: promote a replica when the primary fails. Default: true when replicasPerShard is more than 0 or clusterMode is Enabled.',
      ),
    zones: strings(60, 32)
      .optional()
      .describe(
        'Availability zones, in order. memcached: one for each node. redis and valkey: one for each node of a shard, the primary first. Default: AWS chooses.',
      ),
  })
  .describe('The nodes of the cache: how many, of what type, how arranged.')

const network = z
  .object({
    subnetGroupName: name(255)
      .optional()
      .describe("An existing cache subnet group. Default: the account's default. Can't be changed later."),
    securityGroupIds: z
      .array(
        z
          .string()
          .max(64)
          .regex(/^sg-[a-z0-9]+$/),
      )
      .min(1)
      .max(5)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .optional()
      .describe('VPC security groups of the nodes, by id (sg-...). Default: AWS chooses.'),
    port: z
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe("Port of the nodes. Default: 6379, memcached 11211. Can't be changed later."),
    type: z
      .enum(['ipv4', 'ipv6', 'dual_stack'])
      .optional()
      .describe("Network type. Default: ipv4. Can't be changed later."),
  })
  .describe('Where the cache stands in the network.')

const encryption = z
  .object({
    inTransit: z
      .enum(transitEncryptions)
      .optional()
      .describe(
        'TLS. Preferred accepts both kinds of client, for migrations. memcached: at creation only. Default: Disabled.',
      ),
    atRest: z
      .boolean()
      .optional()
      .describe(
        "redis and valkey only: encrypt disks and backups. Default: AWS's (on for valkey, off for redis). Can't be changed later.",
      ),
    kmsKeyId: name(2048)
      .optional()
      .describe(
        "redis and valkey only: KMS key for encryption at rest. Default: ElastiCache's own key. Can't be changed later.",
      ),
  })
  .describe('Encryption in transit and at rest.')

const secretKeyRef = z
  .object({
    name: name(253).describe('Name of a Secret in the same namespace.'),
    key: name(253).default('token').describe('Key in that Secret.'),
  })
  .describe('An existing Secret that holds the token. Default: Larder generates a token and keeps it in <name>-auth.')

const auth = z
  .object({
    mode: z
      .enum(['None', 'Token'])
      .default('None')
      .describe('Token: clients must send an auth token; needs encryption.inTransit Required. None: nobody is asked.'),
    token: z
      .object({ secretRef: secretKeyRef })
      .optional()
      .describe('Where the token is. 16 to 128 printable characters; of the special ones only ! & # $ ^ < > -'),
  })
  .describe('Who may connect.')

const connection = z
  .object({
    secretName: name(240)
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
      .optional()
      .describe(
        'Name of the binding Secret; the environment Secret is called <secretName>-env. Default: the name of the CacheCluster.',
      ),
    envPrefix: z
      .string()
      .max(64)
      .regex(/^([A-Za-z_][A-Za-z0-9_]*)?$/)
      .default('')
      .describe('Put before every key of the environment Secret, so that two caches fit in one Pod.'),
  })
  .describe('The two Secrets for workloads in this namespace.')

const engineRules = rules(
  {
    rule: "!(self.engine == 'memcached') || !(has(self.nodes.shards) || has(self.nodes.replicasPerShard) || has(self.nodes.clusterMode) || has(self.nodes.multiAZ) || has(self.nodes.automaticFailover))",
    message:
      'spec.nodes: memcached has no shards, replicasPerShard, clusterMode, multiAZ or automaticFailover: remove them and set spec.nodes.count',
    fieldPath: '.nodes',
  },
  {
    rule: "self.engine == 'memcached' || !has(self.nodes.count)",
    message:
      'spec.nodes.count is for memcached only: use spec.nodes.replicasPerShard, or spec.nodes.shards with clusterMode Enabled',
    fieldPath: '.nodes.count',
  },
  {
    rule: "!(has(self.nodes.shards) && self.nodes.shards > 1) || (has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled')",
    message: 'spec.nodes.shards above 1 needs spec.nodes.clusterMode: Enabled',
    fieldPath: '.nodes.shards',
  },
  {
    rule: "!(has(self.nodes.automaticFailover) && self.nodes.automaticFailover) || (has(self.nodes.replicasPerShard) && self.nodes.replicasPerShard > 0) || (has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled')",
    message:
      'spec.nodes.automaticFailover needs a replica to fail over to: set spec.nodes.replicasPerShard to 1 or more',
    fieldPath: '.nodes.automaticFailover',
  },
  {
    rule: '!(has(self.nodes.multiAZ) && self.nodes.multiAZ) || (has(self.nodes.replicasPerShard) && self.nodes.replicasPerShard > 0)',
    message: 'spec.nodes.multiAZ needs a replica in another zone: set spec.nodes.replicasPerShard to 1 or more',
    fieldPath: '.nodes.multiAZ',
  },
  {
    rule: '!(has(self.nodes.multiAZ) && self.nodes.multiAZ) || !has(self.nodes.automaticFailover) || self.nodes.automaticFailover',
    message: 'spec.nodes.multiAZ needs spec.nodes.automaticFailover: set it to true or remove it',
    fieldPath: '.nodes.multiAZ',
  },
  {
    rule: "!(has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled') || !has(self.nodes.automaticFailover) || self.nodes.automaticFailover",
    message: 'spec.nodes.automaticFailover is always on with clusterMode Enabled: set it to true or remove it',
    fieldPath: '.nodes.automaticFailover',
  },
  {
    rule: "!(self.engine == 'memcached') || !has(self.auth) || self.auth.mode == 'None'",
    message: 'spec.auth: memcached on ElastiCache has no authentication: remove spec.auth',
    fieldPath: '.auth',
  },
  {
    rule: `!(self.engine == 'memcached') || !(${present('encryption.atRest')} || ${present('encryption.kmsKeyId')})`,
    message:
      'spec.encryption: memcached keeps nothing on disk, so it has no encryption at rest: remove atRest and kmsKeyId',
    fieldPath: '.encryption',
  },
  {
    rule: `!(self.engine == 'memcached') || !(${present('encryption.inTransit')} && self.encryption.inTransit == 'Preferred')`,
    message: 'spec.encryption.inTransit: memcached has no Preferred: set Required or Disabled',
    fieldPath: '.encryption.inTransit',
  },
  {
    rule: `!(has(self.auth) && self.auth.mode == 'Token') || (${present('encryption.inTransit')} && self.encryption.inTransit == 'Required')`,
    message: 'spec.auth.mode Token needs spec.encryption.inTransit: Required, as the token would travel in clear text',
    fieldPath: '.auth.mode',
  },
  {
    rule: "!(has(self.auth) && has(self.auth.token)) || self.auth.mode == 'Token'",
    message: 'spec.auth.token is used with spec.auth.mode: Token only',
    fieldPath: '.auth.token',
  },
  {
    rule: `!(${present('encryption.kmsKeyId')}) || (has(self.encryption.atRest) && self.encryption.atRest)`,
    message: 'spec.encryption.kmsKeyId needs spec.encryption.atRest: true',
    fieldPath: '.encryption.kmsKeyId',
  },
  {
    rule: "self.engine != 'memcached' || !has(self.nodes.zones) || self.nodes.zones.size() == (has(self.nodes.count) ? self.nodes.count : 1)",
    message: 'spec.nodes.zones of memcached: name one zone for each of the spec.nodes.count nodes',
    fieldPath: '.nodes.zones',
  },
  {
    rule: "self.engine == 'memcached' || !has(self.nodes.zones) || self.nodes.zones.size() == (has(self.nodes.replicasPerShard) ? self.nodes.replicasPerShard : 0) + 1",
    message:
      'spec.nodes.zones of redis and valkey: name one zone for the primary and one for each of the spec.nodes.replicasPerShard replicas',
    fieldPath: '.nodes.zones',
  },
  {
    rule: '!(has(self.nodes.multiAZ) && self.nodes.multiAZ) || !has(self.nodes.zones) || self.nodes.zones.exists(zone, zone != self.nodes.zones[0])',
    message: 'spec.nodes.multiAZ needs two different zones in spec.nodes.zones: name another one or remove zones',
    fieldPath: '.nodes.zones',
  },
  {
    rule: "!(has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Compatible') || (has(self.nodes.replicasPerShard) && self.nodes.replicasPerShard > 0 && !(has(self.nodes.automaticFailover) && !self.nodes.automaticFailover))",
    message:
      'spec.nodes.clusterMode Compatible needs a replica and automatic failover: set spec.nodes.replicasPerShard to 1 or more and leave spec.nodes.automaticFailover on',
    fieldPath: '.nodes.clusterMode',
  },
  {
    rule: "self.engine == 'memcached' || !has(self.engineVersion) || !self.engineVersion.matches('^([6-9]|[1-9][0-9]+)[.][0-9]+[.]')",
    message:
      'spec.engineVersion: from redis 6 and for valkey AWS chooses the patch version: leave it out, for instance 7.1',
    fieldPath: '.engineVersion',
  },
  {
    rule: "!has(self.engineVersion) || self.engineVersion.matches('^[0-9]+[.][0-9]+[.][0-9]+$') || !(self.engine == 'memcached' || (self.engine == 'redis' && self.engineVersion.matches('^[0-5]([.]|$)')))",
    message:
      'spec.engineVersion: memcached and redis before 6 are named with their patch version, for instance 1.6.22 or 5.0.6',
    fieldPath: '.engineVersion',
  },
  {
    rule: "self.engine != 'valkey' || !has(self.engineVersion) || !self.engineVersion.matches('^([0-6]([.]|$)|7[.][01]([.]|$))')",
    message: 'spec.engineVersion: valkey begins at 7.2: set 7.2, 8.0 or later, or leave it out',
    fieldPath: '.engineVersion',
  },
  {
    rule: "!has(self.parameters) || !('cluster-enabled' in self.parameters)",
    message: 'spec.parameters: cluster-enabled is not for parameters: set spec.nodes.clusterMode',
    fieldPath: '.parameters',
  },
  {
    rule: '!has(self.parameters) || self.parameters.all(name, name.size() >= 1 && name.size() <= 128)',
    message: 'spec.parameters: the name of a parameter has 1 to 128 characters',
    fieldPath: '.parameters',
  },
  {
    rule: '!has(self.tags) || self.tags.all(key, key.size() >= 1 && key.size() <= 128)',
    message: 'spec.tags: the key of a tag has 1 to 128 characters',
    fieldPath: '.tags',
  },
  {
    rule: "!has(self.tags) || self.tags.all(key, !key.startsWith('aws:') && !key.startsWith('larder.dev/'))",
    message:
      'spec.tags: keys that start with aws: belong to AWS and keys that start with larder.dev/ to Larder: rename them',
    fieldPath: '.tags',
  },
  {
    rule: '!(has(self.parameters) && has(self.parameterGroupName))',
    message:
      'spec.parameters and spec.parameterGroupName exclude each other: Larder never changes a parameter group that it does not own',
    fieldPath: '.parameterGroupName',
  },
)

const transitionRules = rules(
  {
    rule: "self.engine == oldSelf.engine || (oldSelf.engine == 'redis' && self.engine == 'valkey')",
    message:
      'spec.engine can only change from redis to valkey: for any other engine create another CacheCluster and move to it',
    fieldPath: '.engine',
  },
  immutable('network.port', '0', 'create another CacheCluster with the other port and move to it'),
  immutable('network.subnetGroupName', "''", 'create another CacheCluster in the other subnets and move to it'),
  immutable('network.type', "'unset'", 'create another CacheCluster and move to it'),
  {
    rule: `(${present('encryption.atRest')} ? (self.encryption.atRest ? 2 : 1) : 0) == (${present('encryption.atRest', 'oldSelf')} ? (oldSelf.encryption.atRest ? 2 : 1) : 0)`,
    message: "spec.encryption.atRest can't be changed after creation: create another CacheCluster and move to it",
    fieldPath: '.encryption.atRest',
  },
  immutable('encryption.kmsKeyId', "''", 'create another CacheCluster with the other key and move to it'),
  {
    rule: "!(has(oldSelf.nodes.clusterMode) && oldSelf.nodes.clusterMode == 'Enabled') || (has(self.nodes.clusterMode) && self.nodes.clusterMode == 'Enabled')",
    message: 'spec.nodes.clusterMode Enabled is final: leave it, or create another CacheCluster and move to it',
    fieldPath: '.nodes.clusterMode',
  },
  {
    rule: `!(self.engine == 'memcached') || (${present('encryption.inTransit')} ? self.encryption.inTransit : 'Disabled') == (${present('encryption.inTransit', 'oldSelf')} ? oldSelf.encryption.inTransit : 'Disabled')`,
    message:
      "spec.encryption.inTransit of memcached can't be changed after creation: create another CacheCluster and move to it",
    fieldPath: '.encryption.inTransit',
  },
)

const bindingSecret = `(${present('spec.connection.secretName')} ? self.spec.connection.secretName : self.metadata.name)`

/** Rules that need the object's name: they stand at the root, beside spec. Both Secrets are named after the object. */
export const cacheClusterRules = rules(
  {
    rule: '(has(self.spec.connection) && has(self.spec.connection.secretName)) || self.metadata.name.size() <= 240',
    message:
      'metadata.name is longer than 240 characters, too long for the names of the Secrets: shorten it, or set spec.connection.secretName',
    fieldPath: '.metadata.name',
  },
  {
    rule: `!(${present('spec.auth.token')}) || !(self.spec.auth.token.secretRef.name in [${bindingSecret}, ${bindingSecret} + '-env'])`,
    message:
      'spec.auth.token.secretRef.name is a Secret that Larder writes for workloads: keep the token in a Secret of another name, or set spec.connection.secretName',
    fieldPath: '.spec.auth.token.secretRef.name',
  },
)

export const cacheClusterSpec = z
  .object({
    engine: z
      .enum(engines)
      .describe('redis, valkey or memcached. redis to valkey is an upgrade in place; any other change is refused.'),
    engineVersion: z
      .string()
      .max(32)
      .regex(/^[0-9]+(\.[0-9]+){0,2}$/)
      .optional()
      .describe("Version as AWS names it, for instance 7.1 or 8.0; never lowered. Default: AWS's newest default."),
    nodes,
    network: network.optional(),
    encryption: encryption.optional(),
    auth: auth.optional(),
    policyRef: z
      .object({ name: name(253).describe('Name of a CachePolicy in the same namespace.') })
      .optional()
      .describe(
        'The CachePolicy whose eviction is enforced on this cache and whose TTL and strategy reach the Secrets.',
      ),
    parameters: z
      .record(z.string().min(1).max(128), z.string().max(512))
      .optional()
      .meta({ maxProperties: 100 })
      .describe(
        'Engine parameters. Larder makes and owns a parameter group for them. Default: the default parameter group.',
      ),
    parameterGroupName: name(255)
      .optional()
      .describe('An existing parameter group, used as it is and never modified. Default: none.'),
    connection: connection.optional(),
    deletionPolicy: z
      .enum(['Delete', 'Retain'])
      .default('Delete')
      .describe(
        'What happens to the cache in AWS when this object is deleted. Retain: the owner tags are removed, the cache stays.',
      ),
    deletionProtection: z.boolean().default(false).describe('Refuse to delete the cache while this is true.'),
    suspend: z.boolean().default(false).describe('Look and report, but change nothing in AWS.'),
    tags: z
      .record(z.string().min(1).max(128), z.string().max(256))
      .optional()
      .meta({ maxProperties: 40 })
      .describe(
        'Tags of the cache in AWS, beside the larder.dev/ ones that tell its owner. Tags of others stay. Default: none.',
      ),
  })
  .meta({
    'x-kubernetes-validations': [
      ...engineRules['x-kubernetes-validations'],
      ...transitionRules['x-kubernetes-validations'],
    ],
  })
  .describe('What is wanted.')

const endpoint = (what: string) =>
  z
    .object({ host: z.string().describe('Host name.'), port: z.int().describe('Port.') })
    .optional()
    .describe(what)
const plannedAction = z.object({
  do: z.string().describe('The step, for instance SetReplicas.'),
  field: z.string().optional().describe('The field of spec that asks for it.'),
  from: z.string().optional().describe('What AWS has now.'),
  to: z.string().optional().describe('What it will have.'),
  disruption: z
    .enum(['None', 'Failover', 'Restart', 'Replacement'])
    .describe('How the step disturbs users of the cache.'),
  when: z.enum(['Now', 'InWindow']).describe('Now, or in the maintenance window.'),
})
const drift = z.object({
  field: z.string().describe('The field of spec.'),
  want: z.string().describe('What it asks for.'),
  have: z.string().describe('What AWS has.'),
})
const named = (what: string) =>
  z
    .object({ name: z.string().describe('Its name.') })
    .optional()
    .describe(what)

export const cacheClusterStatus = z
  .object({
    observedGeneration: z.int().optional().describe('The metadata.generation that this status speaks of.'),
    conditions: conditions.optional(),
    id: z.string().optional().describe('Id in AWS.'),
    arn: z.string().optional().describe('ARN in AWS.'),
    createdTime: z.string().optional().describe('When AWS created it.'),
    engineVersion: z.string().optional().describe('Version that the nodes run.'),
    nodeType: z.string().optional().describe('Node type in use.'),
    size: z.string().optional().describe('In short, for instance 2x1 cache.t4g.small: shards x replicas, node type.'),
    shards: z.int().optional().describe('Shards in use.'),
    replicasPerShard: z.int().optional().describe('Replicas of each shard in use.'),
    clusterMode: z.enum(clusterModes).optional().describe('Cluster mode in use.'),
    automaticFailover: z.boolean().optional().describe('Whether a replica is promoted when a primary fails.'),
    multiAZ: z.boolean().optional().describe('Whether the nodes are spread over zones.'),
    address: z.string().optional().describe('host:port that clients connect to first.'),
    endpoint: z
      .object({
        primary: endpoint('redis and valkey: takes reads and writes.'),
        reader: endpoint('redis and valkey: spreads reads over the replicas.'),
        configuration: endpoint(
          'Cluster mode: where clients learn of all shards. memcached: for clients with auto-discovery only.',
        ),
        nodes: z.array(z.string()).optional().describe('memcached: host:port of every node.'),
        port: z.int().optional().describe('Port of the nodes.'),
      })
      .optional()
      .describe('Where the cache answers.'),
    members: z
      .array(
        z.object({
          id: z.string().describe('Id of the node in AWS.'),
          shard: z.string().optional().describe('redis and valkey: its shard, for instance 0001.'),
          role: z.string().optional().describe('primary, replica or node.'),
          zone: z.string().optional().describe('Its availability zone.'),
          status: z.string().describe("AWS's own word, for instance available."),
        }),
      )
      .optional()
      .describe('The nodes, as AWS tells them.'),
    pending: z.record(z.string(), z.string()).optional().describe('What AWS has accepted and not applied yet.'),
    plan: z
      .object({
        hash: z.string().describe('Names exactly this plan.'),
        actions: z.array(plannedAction).describe('The steps, in order.'),
      })
      .optional()
      .describe('What Larder will do next, before it does it.'),
    drift: z.array(drift).optional().describe('Differences between what is wanted and what AWS has.'),
    binding: named('Secret that binds workloads (servicebinding.io provisioned service).'),
    envSecretName: z.string().optional().describe('Secret with environment variables, for envFrom.'),
    parameterGroup: z
      .object({
        name: z.string().describe('Its name in AWS.'),
        owned: z.boolean().describe('Whether Larder made it, and deletes it with the cache.'),
        appliedHash: z.string().optional().describe('Hash of the values that AWS was last seen to hold.'),
      })
      .optional()
      .describe('Parameter group in use.'),
    authToken: z
      .object({
        version: z.string().describe('Version of the Secret whose token AWS was last given.'),
        settled: z.boolean().describe('True when that token is the only one that AWS accepts.'),
      })
      .optional()
      .describe('Auth token in use; never the token itself.'),
    tags: z
      .object({
        hash: z.string().describe('Hash of the tags that AWS was last seen to hold.'),
        keys: z.array(z.string()).describe('Keys of the tags that Larder set.'),
      })
      .optional()
      .describe('Tags in AWS that come from spec.tags and from ownership.'),
    lastCheckedTime: z
      .string()
      .meta({ format: 'date-time' })
      .optional()
      .describe('When anything here last changed because of a look at AWS.'),
    lastHandledReconcileAt: z.string().optional().describe('Answer to the annotation larder.dev/reconcile-at.'),
  })
  .describe('What is.')

export type CacheClusterSpec = z.output<typeof cacheClusterSpec>
export type CacheClusterStatus = z.output<typeof cacheClusterStatus>
