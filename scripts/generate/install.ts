import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveTools } from '../../controlplane/tools.ts'
import { notice, type Target } from './target.ts'

const chart = 'charts/larder'

/**
 * The chart rendered for people without Helm: a namespace, the CRDs, the rights and the operator. One source, no twin.
 * `others` are the targets made so far: the chart is rendered as it will be, not as it was.
 */
export const installFile = async (others: readonly Target[]): Promise<Target> => {
  const { helm } = await resolveTools()
  const folder = mkdtempSync(join(tmpdir(), 'larder-chart-'))
  try {
    cpSync(chart, join(folder, chart), { recursive: true })
    for (const { path, content } of others) {
      if (path.startsWith(`${chart}/`)) writeFileSync(join(folder, path), content)
    }
    return { path: 'deploy/install.yaml', content: `${head}${render(helm, join(folder, chart))}` }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const head = `# ${notice}
# The region is us-east-1: change --region before you apply it.
---
apiVersion: v1
kind: Namespace
metadata:
  name: larder-system
`

const render = (helm: string, folder: string): string =>
  execFileSync(helm, ['template', 'larder', folder, '--namespace', 'larder-system', '--set', 'aws.region=us-east-1'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
