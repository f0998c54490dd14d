import { dump } from 'js-yaml'
import { notice, type Target } from './target.ts'

/** What the operator may do in Kubernetes, once: deploy/rbac.yaml and the chart are both made from it. */
interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

const larder = ['larder.dev']
const plurals = ['cacheclusters', 'cachepolicies']

/** Everywhere: our kinds, the Secrets that we write, events. Secrets are listed by label and metadata only. */
const clusterRules: readonly Rule[] = [
  { apiGroups: larder, resources: plurals, verbs: ['get', 'list', 'watch', 'patch'] },
  { apiGroups: larder, resources: plurals.map((plural) => `${plural}/status`), verbs: ['get', 'patch'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  // Its uid tells this cluster from all others.
  { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]

/** In its own namespace: the lease that keeps two replicas from working at once. */
const ownRules: readonly Rule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update', 'patch'] },
]

const viewRules: readonly Rule[] = [{ apiGroups: larder, resources: plurals, verbs: ['get', 'list', 'watch'] }]
const editRules: readonly Rule[] = [
  { apiGroups: larder, resources: plurals, verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
]

interface Names {
  readonly name: string
  readonly namespace: string
  readonly account: string
  readonly labels: Readonly<Record<string, string>>
}

const metadata = ({ labels }: Names, name: string, more: Readonly<Record<string, string>> = {}) => ({
  name,
  labels: { ...labels, ...more },
})

/** For people: our kinds join the built-in roles view, edit and admin; a Service Binding runtime may read them. */
const rolesForOthers = (names: Names) => [
  clusterRole(names, `${names.name}-view`, viewRules, {
    'rbac.authorization.k8s.io/aggregate-to-view': 'true',
    'rbac.authorization.k8s.io/aggregate-to-edit': 'true',
    'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
    'servicebinding.io/controller': 'true',
  }),
  clusterRole(names, `${names.name}-edit`, editRules, {
    'rbac.authorization.k8s.io/aggregate-to-edit': 'true',
    'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
  }),
]

const clusterRole = (
  names: Names,
  name: string,
  rules: readonly Rule[],
  more: Readonly<Record<string, string>> = {},
) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: metadata(names, name, more),
  rules,
})

const binding = (names: Names, kind: 'ClusterRole' | 'Role') => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: `${kind}Binding`,
  metadata: { ...metadata(names, names.name), ...(kind === 'Role' ? { namespace: names.namespace } : {}) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: names.name },
  subjects: [{ kind: 'ServiceAccount', name: names.account, namespace: names.namespace }],
})

const documents = (names: Names) => [
  clusterRole(names, names.name, clusterRules),
  binding(names, 'ClusterRole'),
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { ...metadata(names, names.name), namespace: names.namespace },
    rules: ownRules,
  },
  binding(names, 'Role'),
  ...rolesForOthers(names),
]

const yaml = (names: Names): string =>
  `# ${notice}\n${documents(names)
    .map((document) => `---\n${dump(document, { lineWidth: -1, noRefs: true })}`)
    .join('')}`

const plain: Names = {
  name: 'larder',
  namespace: 'larder-system',
  account: 'larder',
  labels: { 'app.kubernetes.io/name': 'larder' },
}

/** The same with the chart's names in place of ours: markers that no YAML quoting touches, turned into template calls. */
const chart: Names = {
  name: 'LARDER-NAME',
  namespace: 'LARDER-NAMESPACE',
  account: 'LARDER-ACCOUNT',
  labels: { MARK: 'LABELS' },
}

const templated = (text: string): string =>
  text
    .replaceAll('LARDER-NAMESPACE', '{{ .Release.Namespace }}')
    .replaceAll('LARDER-NAME', '{{ include "larder.name" . }}')
    .replaceAll('LARDER-ACCOUNT', '{{ include "larder.serviceAccount" . }}')
    .replaceAll('    MARK: LABELS', '    {{- include "larder.labels" . | nindent 4 }}')

export const rbacFiles = (): readonly Target[] => [
  { path: 'deploy/rbac.yaml', content: yaml(plain) },
  { path: 'charts/larder/templates/rbac.yaml', content: templated(yaml(chart)) },
]
