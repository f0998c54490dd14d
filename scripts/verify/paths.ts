import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The paths that a Markdown page names in backticks: what has a slash or a known ending, and no space, star or angle
 * bracket. `npm run x`, `spec.engine` and the like are not paths.
 */
export const namedPaths = (markdown: string): readonly string[] => {
  const spans = [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text)
  const tree = [
    ...markdown.matchAll(/^ {0,2}([\w./-]+\/|[\w.-]+\.[a-z]+|Makefile|Dockerfile|LICENSE)(?= {2,}|$)/gm),
  ].map(([, text = '']) => text)
  const isPath = (text: string) =>
    /^[\w.-]+(\/[\w.-]+)*\/?$/.test(text) && (text.includes('/') || /\.(md|ts|json|mjs|cjs|sh)$/.test(text))
  return [...new Set([...spans.filter(isPath), ...tree])]
}

/** Those that do not exist below `root`. */
export const missingPaths = (root: string, markdown: string): readonly string[] =>
  namedPaths(markdown).filter((path) => !existsSync(join(root, path)))

/** The files that a Markdown page links to, relative to itself. Left out: the web, the page itself, and what stands as code. */
export const linkedFiles = (markdown: string): readonly string[] =>
  [...markdown.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.split('#', 1)[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))

/** Every page of the repository's root, of docs/ and of the parts that stand alone. */
const pagesOf = (root: string): readonly string[] => {
  const own = readdirSync(root).filter((name) => name.endsWith('.md'))
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  )
  const parts = ['client', 'emulator', 'controlplane'].map((part) => `${part}/README.md`)
  return [...own, ...docs.map((name) => `docs/${name}`), ...parts]
    .filter((page) => existsSync(join(root, page)))
    .toSorted()
}

/** `page: link` for each link that leads nowhere, and `docs/README.md: page` for each page of docs/ that it doesn't list. */
export const deadLinks = (root: string): readonly string[] => {
  const pages = pagesOf(root)
  const linksOf = (page: string) => linkedFiles(readFileSync(join(root, page), 'utf8'))
  const dead = pages.flatMap((page) =>
    linksOf(page).flatMap((link) =>
      existsSync(join(root, dirname(page), link)) ? [] : [`${page}: ${link} is not there`],
    ),
  )
  const index = 'docs/README.md'
  const listed = pages.includes(index) ? linksOf(index).map((link) => join('docs', link)) : []
  const left = pages.filter((page) => page.startsWith('docs/') && page !== index && !listed.includes(page))
  return [...dead, ...left.map((page) => `${index}: ${page} is not listed`)]
}
