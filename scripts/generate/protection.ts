import { dump } from 'js-yaml'
import { notice, type Target } from './target.ts'

/**
 * spec.deletionProtection refused by the API server itself: an object that is being deleted can't be brought back, so a finalizer
 * would come too late. A ValidatingAdmissionPolicy needs no server of ours.
 */
const documents = (name: string, labels: Readonly<Record<string, string>>) => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['larder.dev'], apiVersions: ['*'], operations: ['DELETE'], resources: ['cacheclusters'] },
        ],
      },
      validations: [
        {
          expression: '!has(oldObject.spec.deletionProtection) || !oldObject.spec.deletionProtection',
          messageExpression:
            "'spec.deletionProtection of the CacheCluster ' + oldObject.metadata.name + ' is true: set it to false first, and spec.deletionPolicy to Retain if the cache is to stay in AWS'",
          reason: 'Forbidden',
        },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name, labels },
    spec: { policyName: name, validationActions: ['Deny'] },
  },
]

const yaml = (name: string, labels: Readonly<Record<string, string>>): string =>
  `# ${notice}\n${documents(name, labels)
    .map((document) => `---\n${dump(document, { lineWidth: -1, noRefs: true })}`)
    .join('')}`

const templated = (text: string): string =>
  text
    .replaceAll('LARDER-NAME', '{{ include "larder.name" . }}')
    .replaceAll('    MARK: LABELS', '    {{- include "larder.labels" . | nindent 4 }}')

/** For kubectl, and for the chart, which names it after the release. */
export const protectionFiles = (): readonly Target[] => [
  {
    path: 'deploy/protection.yaml',
    content: yaml('larder-deletion-protection', { 'app.kubernetes.io/name': 'larder' }),
  },
  {
    path: 'charts/larder/templates/protection.yaml',
    content: templated(yaml('LARDER-NAME-deletion-protection', { MARK: 'LABELS' })),
  },
]
