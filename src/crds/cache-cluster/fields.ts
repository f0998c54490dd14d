import * as z from 'zod'
import { duration } from '../duration.ts'
import { clusterModes, transitEncryptions } from './words.ts'

/** The groups of fields of a CacheCluster's spec. Every field says its unit and its default. */

/** A bounded, non-empty text. */
export const name = (max: number) => z.string().min(1).max(max)
/** The name of an object of Kubernetes (RFC 1123 subdomain), so that no reference can mean another path. */
export const objectName = () =>
  z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)
const strings = (items: number, length: number) => z.array(z.string().min(1).max(length)).max(items)

export const nodes = z
  .object({
    type: z
      .string()
      .max(64)
      .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/)
      .describe('Node type as AWS names it, for instance cache.t4g.small.'),
    count: z
      .int()
      .min(1)
      .max(60)
      .optional()
      .describe('memcached only: number of cache nodes. Default: 1 at creation, later as it is.'),
    shards: z
      .int()
      .min(1)
      .max(500)
      .optional()
      .describe(
        'redis and valkey only: number of shards. More than 1 needs clusterMode Enabled. Default: 1 at creation, later as it is.',
      ),
    replicasPerShard: z
      .int()
      .min(0)
      .max(5)
      .optional()
      .describe('redis and valkey only: read replicas of each shard. Default: 0 at creation, later as it is.'),
    clusterMode: z
      .enum(clusterModes)
      .optional()
      .describe(
        'redis and valkey only: Disabled, Compatible or Enabled; Enabled is final. On the way to Enabled both kinds of client are served for maintenance.overlap. Default: Disabled at creation, later as it is.',
      ),
    multiAZ: z
      .boolean()
      .optional()
      .describe(
        'redis and valkey only: spread over zones. Default: true when replicasPerShard is more than 0 at creation, later as it is.',
      ),
    automaticFailover: z
      .boolean()
      .optional()
      .describe(
        'redis and valkey only: promote a replica when the primary fails. Default: true when replicasPerShard is more than 0 or clusterMode is Enabled at creation, later as it is.',
      ),
    zones: strings(60, 32)
      .optional()
      .describe(
        'Availability zones, in order. memcached: one for each node. redis and valkey: one for each node of a shard, the primary first. Nodes that come later stand in them too; nodes that stand elsewhere are never moved, but told. Default: AWS chooses.',
      ),
  })
  .describe('The nodes of the cache: how many, of what type, how arranged.')

export const network = z
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

export const encryption = z
  .object({
    inTransit: z
      .enum(transitEncryptions)
      .optional()
      .describe(
        'TLS. A change goes through Preferred, which accepts both kinds of client, and stays there for maintenance.overlap. memcached: at creation only. Default: Disabled at creation, later as it is.',
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
    name: objectName().describe('Name of a Secret in the same namespace.'),
    key: name(253).default('token').describe('Key in that Secret.'),
  })
  .describe(
    'An existing Secret that holds the token. Default: Larder generates a token and keeps it in <name>-auth; deleting that Secret rotates it.',
  )

export const auth = z
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

export const connection = z
  .object({
    secretName: objectName()
      .max(240)
      .optional()
      .describe(
        'Name of the binding Secret; the environment Secret is called <secretName>-env. After a change the former pair stays for maintenance.overlap, then it leaves. Default: the name of the CacheCluster.',
      ),
    envPrefix: z
      .string()
      .max(64)
      .regex(/^([A-Za-z_][A-Za-z0-9_]*)?$/)
      .default('')
      .describe('Put before every key of the environment Secret, so that two caches fit in one Pod.'),
  })
  .describe('The two Secrets for workloads in this namespace.')

export const maintenance = z
  .object({
    overlap: duration()
      .default('24h')
      .describe(
        'How long the old and the new token, TLS mode, cluster mode or Secret name are both good, so that workloads can follow: a duration, for instance 30m. 0s: no wait. The annotation larder.dev/approve with the hash of the plan ends the wait.',
      ),
  })
  .describe('How changes are carried out.')

export const adopt = z
  .object({
    id: z
      .string()
      .max(50)
      .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
      .describe(
        "Id in AWS of a cache without owner tags that this object takes over, for instance one that deletionPolicy Retain left. Can't be changed once it is set.",
      ),
  })
  .describe('An existing cache to take over instead of making one. Default: none.')
