import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Access, requestToken } from './api.ts'
import type { Programs } from './binary.ts'
import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts'
import { type Credentials, prepareCredentials } from './credentials.ts'
import { apiServerFlags, controllerManagerFlags, etcdFlags } from './flags.ts'
import { type Folder, openFolder } from './folder.ts'
import { type Guard, openGuard } from './guard.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { type Part, startPart } from './part.ts'
import { onPort } from './port.ts'
import { answersOk, isEtcdUp, readyAccess, serverVersion, untilUp } from './readiness.ts'

export type ProcessesOptions = ControlPlaneOptions & { readonly programs: Programs; readonly from: string }

/** Starts etcd, kube-apiserver and kube-controller-manager as processes of this one. */
export const startProcesses = async (options: ProcessesOptions): Promise<ControlPlane> => {
  const guard = openGuard()
  try {
    const folder = await openFolder(guard, options.dataDir)
    return await startIn(folder, guard, options)
  } catch (error) {
    await guard.close()
    throw error
  }
}

type Place = {
  readonly programs: Programs
  readonly folder: Folder
  readonly guard: Guard
  readonly credentials: Credentials
}

const startIn = async (
  folder: Folder,
  guard: Guard,
  { programs, from, port, kubeconfig }: ProcessesOptions,
): Promise<ControlPlane> => {
  const place: Place = { programs, folder, guard, credentials: await prepareCredentials(folder.path) }
  const etcd = await onPort(undefined, (etcdPort) => startEtcd(place, etcdPort))
  const first = await onPort(port, (apiPort) => startApiServer(place, apiPort, etcd.port))
  const { access } = first
  await writeFile(folder.ca, access.ca)
  await writeKubeconfig(folder.adminKubeconfig, access)
  const controllerManager = await startControllerManager(place, access)
  if (kubeconfig !== undefined) {
    await writeKubeconfig(resolve(kubeconfig), access)
    guard.holdPath(resolve(kubeconfig))
  }

  let apiServer: Part = first.part
  let expected: Part | undefined
  let stopping = false
  const { promise: ended, resolve: end } = Promise.withResolvers<string | undefined>()
  const watch = (part: Part): void => {
    void part.ended.then(() => {
      if (!stopping && part !== expected) end(part.failure())
    })
  }
  for (const part of [etcd.part, apiServer, controllerManager]) watch(part)

  const killApiServer = async (): Promise<void> => {
    expected = apiServer
    await apiServer.kill()
  }
  const start = async (): Promise<void> => {
    if (apiServer.failure() === undefined) return
    apiServer = (await startApiServer(place, first.port, etcd.port)).part
    watch(apiServer)
  }
  return {
    url: access.url,
    kubeconfig: folder.adminKubeconfig,
    caFile: folder.ca,
    adminToken: access.token,
    version: await serverVersion(access),
    from,
    pids: () => Object.fromEntries([etcd.part, apiServer, controllerManager].map(({ name, pid }) => [name, pid])),
    folder: folder.path,
    canRestart: true,
    ended,
    requestToken: (namespace, serviceAccount, ttlSeconds) =>
      requestToken(access, namespace, serviceAccount, ttlSeconds),
    killApiServer,
    startApiServer: start,
    async restartApiServer() {
      await killApiServer()
      await start()
    },
    async stop() {
      stopping = true
      await guard.close()
      end(undefined)
    },
  }
}

const startEtcd = async ({ programs, folder, guard }: Place, port: number): Promise<{ part: Part; port: number }> => {
  const flags = etcdFlags({ folder: folder.path, name: folder.name, port })
  const part = await startPart('etcd', { program: programs.etcd, flags, logFile: folder.logOf('etcd'), guard })
  await untilUp(part, () => isEtcdUp(port, folder.name))
  return { part, port }
}

type ApiServer = { readonly part: Part; readonly port: number; readonly access: Access }

const startApiServer = async (place: Place, port: number, etcdPort: number): Promise<ApiServer> => {
  const { programs, folder, guard, credentials } = place
  const flags = apiServerFlags({ folder: folder.path, port, etcdPort, credentials })
  const logFile = folder.logOf('kube-apiserver')
  const part = await startPart('kube-apiserver', { program: programs.apiServer, flags, logFile, guard })
  const url = `https://127.0.0.1:${port}`
  const access = await untilUp(part, () => readyAccess(url, folder.certificate, credentials.adminToken))
  return { part, port, access }
}

/** Ready when it has made the default service account: Pods can be created from then on. */
const startControllerManager = async (place: Place, access: Access): Promise<Part> => {
  const { programs, folder, guard, credentials } = place
  const kubeconfig = folder.controllerManagerKubeconfig
  await writeKubeconfig(kubeconfig, { ...access, token: credentials.controllerManagerToken })
  const flags = controllerManagerFlags({ kubeconfig, caFile: folder.ca, credentials })
  const logFile = folder.logOf('kube-controller-manager')
  const part = await startPart('kube-controller-manager', {
    program: programs.controllerManager,
    flags,
    logFile,
    guard,
  })
  await untilUp(part, () => answersOk(access, '/api/v1/namespaces/default/serviceaccounts/default'))
  return part
}
