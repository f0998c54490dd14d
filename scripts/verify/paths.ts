import { existsSync } from 'node:fs'
import { join } from 'node:path'

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
