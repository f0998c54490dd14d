import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ControlPlane, startControlPlane } from '../../controlplane/start.ts'
import { resolveTools } from '../../controlplane/tools.ts'
import type { Kind } from '../../src/crds/kind.ts'
import { connectKube, type KubeOptions, type RunningKube } from '../../src/kube/kube.ts'
import { kubeConfigFrom } from '../../src/kube/transport/config.ts'
import { type Transport, transportOf } from '../../src/kube/transport/transport.ts'
import { realClock } from '../../src/time/clock.ts'
import { memoryLog } from './memory-log.ts'
import { until } from './until.ts'

/** The smallest kind with a status subresource, so that these tests don't hang on Larder's own. */
export const thingKind: Kind = {
  group: 'example.dev',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  namespaced: true,
}
export const configMapKind: Kind = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}

const openObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.dev' },
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things', singular: 'thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: openObject, status: openObject } } },
      },
    ],
  },
}

/** A real API server with the kind Thing, and our clients of it. */
export interface Scene {
  readonly plane: ControlPlane
  readonly transport: Transport
  /** What kubectl prints. */
  kubectl(...args: string[]): Promise<string>
  createThing(name: string, more?: object): Promise<void>
  connect(options?: Partial<KubeOptions>): Clients
  stop(): Promise<void>
}

export interface Clients {
  readonly kube: RunningKube
  /** `Kind/namespace/name urgency`, in order. */
  readonly notices: string[]
  readonly log: ReturnType<typeof memoryLog>
}

const run = promisify(execFile)

export const openScene = async (): Promise<Scene> => {
  const plane = await startControlPlane()
  const { kubectl } = await resolveTools()
  const transport = transportOf({ load: kubeConfigFrom(plane.kubeconfig) })
  const connected: RunningKube[] = []
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  await transport.request({ method: 'POST', path, body: definition })
  const isServed = () =>
    transport.request({ method: 'GET', path: '/apis/example.dev/v1/things' }).then(
      () => true,
      () => false,
    )
  await until(isServed, 'the kind Thing is served', 60_000)
  return {
    plane,
    transport,
    kubectl: async (...args) => (await run(kubectl, ['--kubeconfig', plane.kubeconfig, ...args])).stdout.trim(),
    createThing: async (name, more = {}) => {
      const body = { apiVersion: 'example.dev/v1', kind: 'Thing', metadata: { name }, spec: {}, ...more }
      await transport.request({ method: 'POST', path: '/apis/example.dev/v1/namespaces/default/things', body })
    },
    connect: (options) => {
      const notices: string[] = []
      const log = memoryLog()
      const kube = connectKube({
        transport,
        kinds: [thingKind],
        clock: realClock,
        random: Math.random,
        log,
        instance: 'tester',
        notice: (kind, { namespace, name }, urgency) =>
          void notices.push(`${kind.kind}/${namespace}/${name} ${urgency}`),
        ...options,
      })
      connected.push(kube)
      kube.start()
      return { kube, notices, log }
    },
    stop: async () => {
      for (const kube of connected) kube.stop()
      await transport.close()
      await plane.stop()
    },
  }
}
