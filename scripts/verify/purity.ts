import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** What plan/ may not do although no import shows it: wait, ask for chance, or hold state between calls. */
const faultOf = (node: ts.Node): string | undefined => {
  if (ts.isAwaitExpression(node)) return 'await'
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async'
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return 'Math.random'
  if (
    ts.isVariableStatement(node) &&
    ts.isSourceFile(node.parent) &&
    !(node.declarationList.flags & ts.NodeFlags.Const)
  ) {
    return 'a variable that outlives the call'
  }
  return undefined
}

/** `file:line: fault` for each fault of one source text. */
export const impurities = (file: string, text: string): readonly string[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const faults: string[] = []
  const visit = (node: ts.Node) => {
    const fault = faultOf(node)
    if (fault !== undefined) {
      faults.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${fault}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return faults
}

/** The same for every file of a folder and of those in it. Fails when there is none: a guard that reads nothing is a green lie. */
export const impuritiesIn = (folder: string): readonly string[] => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
  if (files.length === 0) return [`${folder}: no file to read`]
  return files.flatMap((name) => impurities(join(folder, name), readFileSync(join(folder, name), 'utf8')))
}
