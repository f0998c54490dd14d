import { spawn } from 'node:child_process'

/** Thrown when a program ends with another status than 0. Carries the end of what it said. */
export class CommandFailed extends Error {}

/** Options of {@link runCommand}. */
export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program to its end and gives its standard output. Rejects with {@link CommandFailed}. */
export function runCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', (error) => reject(new CommandFailed(`${program}: ${error.message}`)))
    child.on('close', (status) => {
      if (status === 0) return resolve(Buffer.concat(out).toString())
      const said = Buffer.concat(err).toString().trim().split('\n').slice(-4).join(' | ')
      reject(new CommandFailed(`${program} ${args.at(-1) ?? ''} ended with status ${status}: ${said}`))
    })
  })
}
