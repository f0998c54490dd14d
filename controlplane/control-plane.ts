import type { Log } from './progress.ts'

/** A running Kubernetes control plane. */
export type ControlPlane = {
  /** Where the API server listens: https://127.0.0.1:PORT for our own. */
  readonly url: string
  /** Path of a kubeconfig with every right. */
  readonly kubeconfig: string
  /** Path of the certificate authority's certificate, in PEM. */
  readonly caFile: string
  /** A bearer token with every right (group system:masters in our own). */
  readonly adminToken: string
  /** Of the API server, such as "v1.36.3". */
  readonly version: string
  /** Where it came from, for people. */
  readonly from: string
  /** Our own processes, by name; empty when the cluster is somebody else's. */
  readonly pids: () => Readonly<Record<string, number>>
  /** Our own data folder, with the logs; undefined when the cluster is somebody else's. */
  readonly folder: string | undefined
  /** Whether the API server can be killed and started: only in our own. */
  readonly canRestart: boolean
  /** Resolves with the reason when a part ends by itself, and with undefined after stop(). */
  readonly ended: Promise<string | undefined>
  /** A token of an existing service account, from the TokenRequest API. */
  requestToken(namespace: string, serviceAccount: string, ttlSeconds?: number): Promise<string>
  /** Kills the API server with SIGKILL; its port stays closed until startApiServer(). */
  killApiServer(): Promise<void>
  /** Starts it again, on the same port and data, and waits until it is ready. */
  startApiServer(): Promise<void>
  /** killApiServer(), then startApiServer(). */
  restartApiServer(): Promise<void>
  /** Ends every process and removes every file that was made. May be called more than once. */
  stop(): Promise<void>
}

export type ControlPlaneOptions = {
  /** The API server's port on 127.0.0.1; a free one if not given. */
  readonly port?: number
  /** A folder to keep the data in, also after stop(); else a temporary one, removed by stop(). */
  readonly dataDir?: string
  /** Also write an admin kubeconfig to this path, which must not exist; removed by stop(). */
  readonly kubeconfig?: string
  /** Takes lines for people: where the programs come from, and the progress of a build. */
  readonly log?: Log
}
