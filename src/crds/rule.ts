/** One CEL rule of a CRD: `rule` must hold, `message` names the field and the cure. */
export interface Rule {
  readonly rule: string
  readonly message: string
  readonly fieldPath?: string
}

/** Hangs CEL rules on a schema; the CRD writer carries them over. */
export const rules = (...list: readonly Rule[]) => ({ 'x-kubernetes-validations': list })

/** `has(self.a) && has(self.a.b)` for the path 'a.b'. */
export const present = (path: string, root = 'self'): string => {
  const parts = path.split('.')
  return parts.map((_, index) => `has(${[root, ...parts.slice(0, index + 1)].join('.')})`).join(' && ')
}

const valueOr = (path: string, root: string, otherwise: string): string =>
  `(${present(path, root)} ? ${root}.${path} : ${otherwise})`

/**
 * A field that AWS can't change in place. `otherwise` is a CEL literal of the field's type that no user may write: it
 * stands for "unset", so that setting or unsetting the field later is refused as well.
 */
export const immutable = (path: string, otherwise: string, cure: string): Rule => ({
  rule: `${valueOr(path, 'self', otherwise)} == ${valueOr(path, 'oldSelf', otherwise)}`,
  message: `spec.${path} can't be changed after creation: ${cure}`,
  fieldPath: `.${path}`,
})
