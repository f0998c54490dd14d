import { crdFiles } from './crd.ts'
import { notice, type Target } from './target.ts'

/**
 * The CRDs as templates of the chart, since Helm never upgrades what is in crds/. `keep` holds them, and with them every
 * CacheCluster, when the release is uninstalled.
 */
export const chartCrds = (): readonly Target[] =>
  crdFiles().map(({ path, content }) => ({
    path: `charts/larder/templates/crds/${path.split('/').at(-1)}`,
    content: `# ${notice}\n{{- if .Values.crds.enabled }}\n${kept(content)}{{- end }}\n`,
  }))

const keep = `  annotations:
    {{- if .Values.crds.keep }}
    helm.sh/resource-policy: keep
    {{- end }}
    larder.dev/chart: {{ .Chart.Version | quote }}
`

const kept = (crd: string): string => {
  const body = crd.replace(/^#.*\n/, '')
  const at = body.indexOf('metadata:\n') + 'metadata:\n'.length
  const withoutOwn = body.slice(at)
  if (withoutOwn.startsWith('  annotations:')) throw new Error('the CRD has annotations of its own: merge them here')
  return `${body.slice(0, at)}${keep}${withoutOwn.replaceAll('{{', '{{ "{{" }}')}`
}
