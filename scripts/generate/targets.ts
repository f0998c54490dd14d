import { apiDocs } from './api-docs.ts'
import { chartCrds } from './chart-crds.ts'
import { coveragePage } from './coverage.ts'
import { crdFiles } from './crd.ts'
import { errorsPage } from './errors.ts'
import { installFile } from './install.ts'
import { protectionFiles } from './protection.ts'
import { rbacFiles } from './rbac.ts'
import type { Target } from './target.ts'
import { wireModel } from './wire-model.ts'

/**
 * Everything that is generated. A generator is a function that answers targets; whoever writes a new one adds it here, and
 * `npm run generate` and `--check` know it.
 */
const generators: readonly (() => readonly Target[])[] = [
  crdFiles,
  apiDocs,
  errorsPage,
  rbacFiles,
  protectionFiles,
  chartCrds,
  wireModel,
  coveragePage,
]

/** All targets, by path. Two generators that claim one file are an error. */
export const allTargets = async (): Promise<readonly Target[]> => {
  const made = generators.flatMap((generator) => generator())
  const targets = [...made, await installFile(made)]
  const paths = targets.map((target) => target.path)
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice !== undefined) throw new Error(`two generators make ${twice}`)
  return targets.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
