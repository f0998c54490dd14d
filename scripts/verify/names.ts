import ts from 'typescript'
import { type SourceFile, sourceFiles } from './files.ts'

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)

const namesIn = (name: ts.BindingName): readonly string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesIn(element.name)))

/** Names that a file takes from others: to export one of them is to pass it on, not to make it. */
const importedNames = (file: ts.SourceFile): ReadonlySet<string> =>
  new Set(
    file.statements.filter(ts.isImportDeclaration).flatMap(({ importClause }) => {
      const bindings = importClause?.namedBindings
      if (bindings === undefined) return importClause?.name ? [importClause.name.text] : []
      return ts.isNamespaceImport(bindings) ? [bindings.name.text] : bindings.elements.map(({ name }) => name.text)
    }),
  )

/** The names that one source text makes and exports. What it passes on under its own name is not among them. */
export const exportedNames = (path: string, text: string): ReadonlySet<string> => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imported = importedNames(file)
  const names = file.statements.flatMap((node): readonly string[] => {
    if (ts.isExportDeclaration(node)) {
      if (node.exportClause === undefined) return []
      if (ts.isNamespaceExport(node.exportClause)) return [node.exportClause.name.text]
      return node.exportClause.elements.flatMap(({ name, propertyName }) => {
        const passedOn = node.moduleSpecifier !== undefined || imported.has((propertyName ?? name).text)
        return passedOn && propertyName === undefined ? [] : [name.text]
      })
    }
    if (!isExported(node)) return []
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => namesIn(name))
    return 'name' in node && node.name ? [(node.name as ts.Identifier).text] : []
  })
  return new Set(names)
}

/** `name: file, file` for each name that more than one file makes. A type and its value in one file are one thing. */
export const doubledNames = (files: readonly SourceFile[]): readonly string[] => {
  const makers = new Map<string, string[]>()
  for (const { path, text } of files) {
    for (const name of exportedNames(path, text)) makers.set(name, [...(makers.get(name) ?? []), path])
  }
  return [...makers]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name}: ${paths.join(', ')}`)
    .toSorted()
}

/** The same for a folder of TypeScript. Fails when there is nothing to read: a guard that reads nothing is a green lie. */
export const doubledNamesIn = (root: string, folder: string): readonly string[] => {
  const files = sourceFiles(root, folder).filter(({ path }) => path.endsWith('.ts'))
  return files.length === 0 ? [`${folder}: no file to read`] : doubledNames(files)
}
