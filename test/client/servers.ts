import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type Binaries, resolveBinaries } from '../../emulator/engines/binaries.ts'
import { patience } from '../patience.ts'

/** A real server on a free port of 127.0.0.1. */
export interface Server {
  readonly port: number
  /** Starts it, on the same port each time, and waits until it answers. */
  start(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** It keeps its connections and answers nothing, until `resume`. */
  freeze(): void
  resume(): void
}

/** Runs the program until the input ends, which it also does when this process dies in whatever way. */
const guard = `
trap '' INT TERM HUP
"$@" </dev/null >&2 &
echo $!
cat >/dev/null
kill -9 $!
wait $! 2>/dev/null
exit 0
`

const binaries = (): Promise<Binaries> => resolveBinaries(() => {})

export const redisServer = (...extra: readonly string[]): Promise<Server> =>
  serverOf(({ redisServer }) => redisServer, redisArguments(extra), answers('PING\r\n', /^(\+PONG|-NOAUTH)/))

export const valkeyServer = (): Promise<Server> =>
  serverOf(({ valkeyServer }) => valkeyServer, redisArguments([]), answers('PING\r\n', /^\+PONG/))

export const memcachedServer = (): Promise<Server> =>
  serverOf(
    ({ memcached }) => memcached,
    (port) => [
      '-l',
      '127.0.0.1',
      '-p',
      `${port}`,
      '-U',
      '0',
      '-m',
      '16',
      ...(process.getuid?.() === 0 ? ['-u', 'root'] : []),
    ],
    answers('version\r\n', /^VERSION/),
  )

/** A redis-server that speaks TLS only. */
export const tlsRedisServer = (files: { certificate: string; key: string; ca: string }): Promise<Server> =>
  serverOf(
    ({ redisServer }) => redisServer,
    (port) => [
      ...redisArguments([])(0),
      ...['--tls-port', `${port}`, '--tls-auth-clients', 'no', '--tls-cert-file', files.certificate],
      ...['--tls-key-file', files.key, '--tls-ca-cert-file', files.ca],
    ],
    async (port) => {
      const socket = createConnection(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.destroy()
    },
  )

/** A redis-server in cluster mode, without slots yet. `folder` takes its node file. */
export const clusterServer = async (folder: string): Promise<Server> => {
  const busPort = await freePort()
  return redisServer(
    ...['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, '--dir', folder],
    ...['--cluster-config-file', `nodes-${busPort}.conf`],
  )
}

const redisArguments = (extra: readonly string[]) => (port: number) => [
  '--port',
  `${port}`,
  '--bind',
  '127.0.0.1',
  '--save',
  '',
  '--appendonly',
  'no',
  '--dir',
  '/tmp',
  ...extra,
]

const serverOf = async (
  programOf: (binaries: Binaries) => string,
  argumentsOf: (port: number) => readonly string[],
  probe: (port: number) => Promise<void>,
): Promise<Server> => {
  const found = await binaries()
  const port = await freePort()
  let shell: ChildProcess | undefined
  let pid = 0
  const signal = (name: NodeJS.Signals) => process.kill(pid, name)
  return {
    port,
    start: async () => {
      const child = spawn('/bin/sh', ['-c', guard, 'guard', programOf(found), ...argumentsOf(port)], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...process.env, ...found.env },
      })
      shell = child
      const [line] = await once(child.stdout, 'data')
      pid = Number(String(line))
      await until(() => probe(port).then(() => true))
    },
    kill: async () => {
      if (!shell) return
      const gone = once(shell, 'exit')
      shell.stdin?.end()
      await gone
      shell = undefined
    },
    freeze: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  }
}

/** Asks again until the answer is true; an error counts as no. */
export const until = async (question: () => Promise<boolean>): Promise<void> => {
  const waits = patience()
  let last: unknown
  while (waits()) {
    const yes = await question().catch((error: unknown) => {
      last = error
      return false
    })
    if (yes) return
    await pause(10)
  }
  throw new Error('what was waited for never came', { cause: last })
}

/** One command and the beginning of its reply, over a connection of its own. */
export const ask = async (port: number, command: string): Promise<string> => {
  const socket = createConnection(port, '127.0.0.1')
  try {
    socket.write(command)
    const [reply] = await once(socket, 'data')
    return String(reply)
  } finally {
    socket.destroy()
  }
}

const answers = (command: string, expected: RegExp) => async (port: number) => {
  if (!expected.test(await ask(port, command))) throw new Error('another answer')
}

const freePort = async (): Promise<number> => {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}
