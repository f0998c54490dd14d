import * as z from 'zod'
import { conditions } from '../conditions.ts'
import { clusterModes } from './words.ts'

/** The CacheCluster's status. What is recorded here is trusted later: see each field. */

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
  when: z
    .enum(['Now', 'InWindow', 'OnApproval'])
    .describe('Now, in the maintenance window, or only after the annotation larder.dev/approve names this plan.'),
  notBefore: z
    .string()
    .meta({ format: 'date-time' })
    .optional()
    .describe('Until then the old way and the new one are both good, so that workloads can follow.'),
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
    target: z
      .object({
        account: z.string().optional().describe('AWS account.'),
        region: z.string().describe('AWS region.'),
        cluster: z.string().describe('Name of the Kubernetes cluster, as it stands in the id.'),
        clusterUID: z
          .string()
          .describe('uid of the kube-system namespace of the Kubernetes cluster that owns the cache.'),
      })
      .optional()
      .describe('Where the cache is and who owns it: recorded once, then trusted.'),
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
        owned: z.boolean().describe('Whether Larder made it: shared by all caches that want the same values.'),
        complete: z.boolean().optional().describe('Whether AWS was seen to hold its values.'),
      })
      .optional()
      .describe('Parameter group in use.'),
    rebootPendingSince: z
      .string()
      .meta({ format: 'date-time' })
      .optional()
      .describe('Since when parameters wait for a reboot of the nodes.'),
    formerParameterGroups: z
      .array(z.string())
      .optional()
      .describe('Parameter groups of Larder that this cache no longer uses and that are still to be removed.'),
    authToken: z
      .object({
        version: z.string().describe('Names the token that AWS was last given; changes when the token does.'),
        seen: z.string().describe('Version of the Secret that was last known to hold this token.'),
        phase: z
          .enum(['Rotating', 'Overlap', 'Settled'])
          .describe('Rotating: AWS takes it in. Overlap: the one before is good too. Settled: no change is under way.'),
        withdrawn: z
          .boolean()
          .optional()
          .describe('True while AWS still lets in a token that was taken back; the next rotation ends that.'),
      })
      .optional()
      .describe('Auth token in use; never the token itself.'),
    authTokenCall: z
      .object({
        call: z.string().describe('The call and the token that it names.'),
        changedTime: z.string().optional().describe('When the token had last changed in AWS before it.'),
      })
      .optional()
      .describe('The last call about the token, so that what became of it can be told after a crash.'),
    published: z
      .object({
        way: z.string().describe('Names how the Secrets lead to the cache: names, TLS, cluster mode and token.'),
        since: z.string().meta({ format: 'date-time' }).describe('Since when they do.'),
        token: z.string().optional().describe('Names the token that they hold.'),
        names: z.array(z.string()).describe('Secrets that this object wrote and that are not removed yet.'),
      })
      .optional()
      .describe('What workloads have been told.'),
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
      .describe('When AWS was last looked at, as of the last write of this status.'),
    lastHandledReconcileAt: z.string().optional().describe('Answer to the annotation larder.dev/reconcile-at.'),
  })
  .describe('What is.')

export type CacheClusterStatus = z.output<typeof cacheClusterStatus>
