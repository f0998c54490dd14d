import { dump } from 'js-yaml'
import { apiGroup as group, version } from '../../src/crds/kind.ts'
import type { KindSource } from './kinds.ts'
import { kinds } from './kinds.ts'
import { brokenPromises } from './promises.ts'
import type { Schema } from './schema.ts'
import { structural } from './structural.ts'
import { notice, type Target } from './target.ts'

/** The schema of a whole object: what stands under `openAPIV3Schema`. */
export const objectSchema = (source: KindSource): Schema => {
  const schema: Schema = {
    description: source.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { description: `${group}/${version}.`, type: 'string' },
      kind: { description: `${source.kind.kind}.`, type: 'string' },
      // The server knows metadata by itself and allows no word more; the name is here for rules that point at it.
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: structural(source.spec, 'spec'),
      // kstatus takes an object without status for done: until the first look it must read as not yet observed.
      status: { ...structural(source.status, 'status'), default: { observedGeneration: -1 } },
    },
    ...(source.rules.length === 0 ? {} : { 'x-kubernetes-validations': source.rules }),
  }
  const broken = brokenPromises(schema)
  if (broken.length > 0) throw new Error(`${source.kind.kind}:\n  ${broken.join('\n  ')}`)
  return schema
}

/** The CustomResourceDefinition of a kind. */
export const crd = (source: KindSource) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${source.kind.plural}.${group}`,
    ...(Object.keys(source.labels).length === 0 ? {} : { labels: source.labels }),
  },
  spec: {
    group,
    names: {
      kind: source.kind.kind,
      listKind: `${source.kind.kind}List`,
      plural: source.kind.plural,
      singular: source.singular,
      ...(source.shortNames.length === 0 ? {} : { shortNames: source.shortNames }),
      categories: ['larder'],
    },
    scope: source.kind.namespaced ? 'Namespaced' : 'Cluster',
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: source.columns.map(({ name, type, jsonPath, wide }) => ({
          name,
          type,
          jsonPath,
          ...(wide ? { priority: 1 } : {}),
        })),
        schema: { openAPIV3Schema: objectSchema(source) },
      },
    ],
  },
})

/** A CRD as a file: deterministic, without aliases or folded lines, so that diffs show what changed. */
export const crdYaml = (source: KindSource): string =>
  `# ${notice}\n${dump(crd(source), { lineWidth: -1, noRefs: true })}`

/** Where the CRD of a kind is kept. */
export const crdPath = (source: KindSource): string => `deploy/crds/${group}_${source.kind.plural}.yaml`

export const crdFiles = (): readonly Target[] =>
  kinds.map((source) => ({ path: crdPath(source), content: crdYaml(source) }))
