import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'mocha'
import { type CommandResult, runCommand } from '../../controlplane/command.ts'
import type { ControlPlane } from '../../controlplane/start.ts'
import { resolveTools } from '../../controlplane/tools.ts'

/** A temporary folder, removed after the suite that asks for it. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-test-controlplane-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes an executable shell script that stands in for a program. */
export const writeScript = (path: string, ...lines: readonly string[]): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'))
  chmodSync(path, 0o755)
  return path
}

/** kubectl with a kubeconfig. */
export const kubectl = async (kubeconfig: string, ...args: readonly string[]): Promise<CommandResult> => {
  const tools = await resolveTools()
  return runCommand(tools.kubectl, ['--kubeconfig', kubeconfig, ...args], { timeoutMs: 300_000 })
}

/** What kubectl prints; throws with its own words when it fails. */
export const kubectlText = async (plane: ControlPlane, ...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await kubectl(plane.kubeconfig, ...args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`)
  return stdout.trim()
}
