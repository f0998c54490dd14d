import type { Aws } from '../../src/aws/port.ts'
import type { Clients } from '../../src/controllers/clients.ts'
import { createMemory } from '../../src/controllers/memory.ts'
import { cacheClusterSpec } from '../../src/crds/cache-cluster/spec.ts'
import type { CacheClusterStatus } from '../../src/crds/cache-cluster/status.ts'
import { cacheClusterKind, finalizer } from '../../src/crds/kind.ts'
import type { KubeObject } from '../../src/kube/port.ts'
import type { AwsAction } from '../../src/plan/core/action.ts'
import type { ObservedGroup, Tags } from '../../src/plan/core/observed.ts'
import type { Acted } from '../../src/plan/core/outcome.ts'
import { jumpClock, settle } from '../histories/clock.ts'
import { kubernetesOf } from '../histories/kubernetes.ts'

export const key = { namespace: 'shop', name: 'sessions' }
export const queueKey = 'CacheCluster/shop/sessions'
export const id = 'prod-shop-sessions'
export const arn = `arn:aws:elasticache:eu-west-1:123456789012:replicationgroup:${id}`
export const createdTime = '2026-01-01T00:00:00.000Z'
export const simple = { engine: 'redis', engineVersion: '7.1', nodes: { type: 'cache.t4g.small' } }
export const withToken = { ...simple, encryption: { inTransit: 'Required' }, auth: { mode: 'Token' } }
export const target = { region: 'eu-west-1', cluster: 'prod', clusterUID: 'uid-of-kubernetes', account: '123456789012' }

/** A group as the smallest spec asks for it. */
export const group = (changes: Partial<ObservedGroup> = {}): ObservedGroup => ({
  is: 'group',
  id,
  arn,
  createdTime,
  state: 'available',
  status: 'available',
  engine: 'redis',
  engineVersion: '7.1.0',
  nodeType: 'cache.t4g.small',
  subnetGroupName: 'default',
  securityGroupIds: [],
  networkType: 'ipv4',
  inTransit: 'Disabled',
  parametersInSync: true,
  parameterGroupName: 'default.redis7',
  maintenanceWindow: 'sun:05:00-sun:06:00',
  autoMinorVersionUpgrade: true,
  notificationTopicArn: undefined,
  pending: {},
  members: [],
  port: 6379,
  shards: 1,
  replicasPerShard: 0,
  evenReplicas: true,
  clusterMode: 'Disabled',
  automaticFailover: false,
  multiAZ: false,
  atRest: false,
  kmsKeyId: undefined,
  authToken: false,
  authTokenChangedTime: undefined,
  primary: { host: 'primary.cache', port: 6379 },
  reader: { host: 'reader.cache', port: 6379 },
  configuration: undefined,
  snapshotRetentionDays: 0,
  snapshotWindow: undefined,
  dataTiering: false,
  description: 'shop/sessions, by Larder',
  ...changes,
})

export const tagsOf = (uid: string): Tags => ({
  'larder.dev/cluster': 'prod',
  'larder.dev/cluster-uid': 'uid-of-kubernetes',
  'larder.dev/namespace': 'shop',
  'larder.dev/name': 'sessions',
  'larder.dev/uid': uid,
})

/** Kubernetes of values, and an AWS that says what it is told to. */
export const scene = () => {
  const clock = jumpClock()
  const kubernetes = kubernetesOf({ clock, uid: 'uid-of-kubernetes' })
  const acts: { readonly action: AwsAction; readonly token: string | undefined }[] = []
  const asked: string[] = []
  const said: string[] = []
  let observed: ReturnType<Aws['observed']> = { is: 'absent' }
  let answer: (action: AwsAction) => Acted = () => ({ is: 'done' })
  const aws: Aws = {
    observed: () => observed,
    pollState: () => ({ ageMs: 0, failure: undefined }),
    parameterGroupUsers: () => [],
    sinceWriteMs: () => undefined,
    watch: (_, __, waiting) => void said.push(`watch ${waiting}`),
    forget: (forgotten) => void said.push(`forget ${forgotten}`),
    readCache: async () => {
      asked.push('readCache')
      return { ok: true, value: observed.is === 'seen' ? observed.cache : undefined }
    },
    readTags: async () => {
      asked.push('readTags')
      return { ok: true, value: tagsOf(object().metadata.uid) }
    },
    readParameters: async () => {
      asked.push('readParameters')
      return { ok: true, value: undefined }
    },
    readSettable: async () => ({ ok: true, value: {} }),
    readAccount: async () => ({ ok: true, value: '123456789012' }),
    readEvents: async () => ({ ok: true, value: [] }),
    eventsSince: async () => ({ ok: true, value: [] }),
    readDefaultVersion: async () => ({ ok: true, value: { engineVersion: '7.1', family: 'redis7' } }),
    act: async (action, token) => {
      acts.push({ action, token })
      said.push(action.do)
      return answer(action)
    },
  }
  let tokens = 0
  const clients: Clients = {
    kube: kubernetes.kube,
    aws,
    pollSoon: () => void said.push('pollSoon'),
    clock,
    random: () => 0.5,
    cluster: 'prod',
    clusterUID: 'uid-of-kubernetes',
    region: 'eu-west-1',
    memory: createMemory(clock, () => 0.5),
    log: { debug: () => {}, warn: () => {} },
    newToken: () => `generated-token-number-${++tokens}`,
  }
  const object = (): KubeObject => {
    const found = kubernetes.kube.read(cacheClusterKind, key)
    if (found === undefined) throw new Error('there is no object')
    return found
  }
  /** Lets the view of the operator follow what was written. */
  const seen = async () => {
    for (let turn = 0; turn < 3; turn++) await settle()
  }
  return {
    clients,
    kubernetes,
    clock,
    aws,
    acts,
    asked,
    said,
    object,
    seen,
    see: (cache: ObservedGroup | undefined) => {
      observed = cache === undefined ? { is: 'absent' } : { is: 'seen', cache }
    },
    blind: () => {
      observed = { is: 'unknown' } as ReturnType<Aws['observed']>
    },
    answer: (give: (action: AwsAction) => Acted) => {
      answer = give
    },
    /** An object that carries our finalizer, with what status remembers. */
    create: async (spec: object = simple, status?: Partial<CacheClusterStatus>): Promise<KubeObject> => {
      kubernetes.apply(cacheClusterKind, key, spec)
      await seen()
      if (!object().metadata.finalizers?.includes(finalizer))
        await kubernetes.kube.setFinalizer(cacheClusterKind, object(), true)
      await seen()
      if (status !== undefined) await kubernetes.kube.report(cacheClusterKind, object(), status)
      await seen()
      return object()
    },
    specOf: (spec: object) => cacheClusterSpec.parse(spec),
  }
}

export type Scene = ReturnType<typeof scene>
