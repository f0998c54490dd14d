import { join } from 'node:path'
import type { Credentials } from './credentials.ts'

// Flags of Kubernetes 1.36 and etcd 3.6, as listed by each program's --help.

export type EtcdSettings = { readonly folder: string; readonly name: string; readonly port: number }

export const etcdFlags = ({ folder, name, port }: EtcdSettings): string[] => [
  `--name=${name}`,
  `--initial-cluster=${name}=http://127.0.0.1:0`,
  '--initial-advertise-peer-urls=http://127.0.0.1:0',
  `--data-dir=${join(folder, 'etcd')}`,
  `--listen-client-urls=http://127.0.0.1:${port}`,
  `--advertise-client-urls=http://127.0.0.1:${port}`,
  '--listen-peer-urls=http://127.0.0.1:0', // there are no peers
  '--unsafe-no-fsync', // a lost machine loses it; a killed process does not
  '--log-level=warn',
]

export type ApiServerSettings = {
  readonly folder: string
  readonly port: number
  readonly etcdPort: number
  readonly credentials: Credentials
}

export const apiServerFlags = ({ folder, port, etcdPort, credentials }: ApiServerSettings): string[] => [
  `--etcd-servers=http://127.0.0.1:${etcdPort}`,
  `--secure-port=${port}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1', // else it looks for a network, which a sealed machine does not have
  `--cert-dir=${join(folder, 'certificates')}`,
  '--service-cluster-ip-range=10.0.0.0/24',
  '--endpoint-reconciler-type=none',
  '--authorization-mode=RBAC',
  `--token-auth-file=${credentials.tokenFile}`,
  '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
  `--service-account-key-file=${credentials.verifyingKeyFile}`,
  `--service-account-signing-key-file=${credentials.signingKeyFile}`,
  // One user on a small machine needs neither fair queues nor profiles.
  '--enable-priority-and-fairness=false',
  '--profiling=false',
]

export type ControllerManagerSettings = {
  readonly kubeconfig: string
  readonly caFile: string
  readonly credentials: Credentials
}

export const controllerManagerFlags = ({ kubeconfig, caFile, credentials }: ControllerManagerSettings): string[] => [
  `--kubeconfig=${kubeconfig}`,
  `--root-ca-file=${caFile}`,
  `--service-account-private-key-file=${credentials.signingKeyFile}`,
  '--use-service-account-credentials',
  '--leader-elect=false',
  '--secure-port=0',
  '--kube-api-qps=500', // the default of 20 delays the start by 4 s
  '--kube-api-burst=1000',
  '--profiling=false',
]
