import * as z from 'zod'
import { adopt, auth, connection, encryption, maintenance, name, network, nodes, objectName } from './fields.ts'
import { specRules, transitionRules } from './rules.ts'
import { engines } from './words.ts'

/** The CacheCluster's spec: one cache in ElastiCache and the Secrets that lead to it. */

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
      .object({ name: objectName().describe('Name of a CachePolicy in the same namespace.') })
      .optional()
      .describe(
        'The CachePolicy whose eviction is enforced on this cache and whose TTL and strategy reach the Secrets.',
      ),
    parameters: z
      .record(z.string().min(1).max(128), z.string().max(512))
      .optional()
      .meta({ maxProperties: 100 })
      .describe(
        'Engine parameters. Larder makes a parameter group for exactly these values, shared by all caches that want the same. {} puts the defaults back. Default: the default parameter group at creation, later as it is.',
      ),
    parameterGroupName: name(255)
      .optional()
      .describe('An existing parameter group, used as it is and never modified. Default: none.'),
    connection: connection.optional(),
    maintenance: maintenance.optional(),
    adopt: adopt.optional(),
    deletionPolicy: z
      .enum(['Delete', 'Retain'])
      .default('Delete')
      .describe(
        'What happens to the cache in AWS when this object is deleted. Retain: the owner tags are removed, the cache stays.',
      ),
    deletionProtection: z.boolean().default(false).describe('Refuse to delete the cache while this is true.'),
    suspend: z
      .boolean()
      .default(false)
      .describe('Look and report, plan and drift included, but change nothing in AWS. The Secrets are kept current.'),
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
      ...specRules['x-kubernetes-validations'],
      ...transitionRules['x-kubernetes-validations'],
    ],
  })
  .describe('What is wanted.')

export type CacheClusterSpec = z.output<typeof cacheClusterSpec>
