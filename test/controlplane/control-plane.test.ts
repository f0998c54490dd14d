import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, describe, it } from 'mocha'
import { callApi } from '../../controlplane/api.ts'
import { isRunning } from '../../controlplane/liveness.ts'
import { type ControlPlane, startControlPlane } from '../../controlplane/start.ts'
import { waitFor } from '../../controlplane/wait.ts'
import { kubectlText } from './scene.ts'

const configMaps = '/api/v1/namespaces/pantry/configmaps'

const isOpen = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

describe('a control plane', () => {
  let plane: ControlPlane

  before(async () => {
    plane = await startControlPlane()
  })

  after(() => plane?.stop())

  it('takes objects from kubectl and gives them back', async () => {
    await kubectlText(plane, 'create', 'namespace', 'pantry')
    await kubectlText(plane, '--namespace', 'pantry', 'create', 'configmap', 'shelf', '--from-literal=jars=12')
    const jars = await kubectlText(
      plane,
      '--namespace',
      'pantry',
      'get',
      'configmap',
      'shelf',
      '-o',
      'jsonpath={.data.jars}',
    )
    assert.equal(jars, '12')
  })

  it('states its version and answers to the certificate authority and token that it hands out', async () => {
    const access = { url: plane.url, ca: readFileSync(plane.caFile, 'utf8'), token: plane.adminToken }
    assert.equal((await callApi(access, '/api/v1/nodes')).status, 200)
    assert.equal((await callApi({ ...access, token: 'wrong' }, '/api/v1/nodes')).status, 401)
    assert.match(plane.version, /^v1\.\d+\.\d+/)
  })

  it('lets a service account do what a role allows and refuses the rest', async () => {
    await kubectlText(plane, '--namespace', 'pantry', 'create', 'serviceaccount', 'cook')
    await kubectlText(
      plane,
      '--namespace',
      'pantry',
      'create',
      'role',
      'reader',
      '--verb=get,list',
      '--resource=configmaps',
    )
    await kubectlText(
      plane,
      '--namespace',
      'pantry',
      'create',
      'rolebinding',
      'cook',
      '--role=reader',
      '--serviceaccount=pantry:cook',
    )
    const access = {
      url: plane.url,
      ca: readFileSync(plane.caFile, 'utf8'),
      token: await plane.requestToken('pantry', 'cook'),
    }
    // The authorizer learns of a new binding by a watch of its own.
    await waitFor(async () => (await callApi(access, configMaps)).status === 200 || undefined, { what: 'the role' })
    const body = { metadata: { name: 'forbidden' } }
    assert.equal((await callApi(access, configMaps, { method: 'POST', body })).status, 403)
    assert.equal((await callApi(access, '/api/v1/namespaces/default/configmaps')).status, 403)
  })

  it('collects what a deleted owner leaves behind', async () => {
    const run = (...args: string[]) => kubectlText(plane, '--namespace', 'pantry', ...args)
    await run('create', 'deployment', 'stove', '--image=example.invalid/stove:1')
    await run('wait', '--for=create', 'pods', '--selector=app=stove', '--timeout=300s')
    await run('delete', 'deployment', 'stove', '--cascade=foreground', '--timeout=300s')
    assert.equal(await run('get', 'pods,replicasets', '-o', 'name'), '')
  })

  it('listens on loopback only', async () => {
    const { hostname, port } = new URL(plane.url)
    assert.equal(hostname, '127.0.0.1')
    assert.equal(await isOpen(Number(port), '127.0.0.1'), true)
    assert.equal(await isOpen(Number(port), '127.0.0.2'), false)
  })

  it('keeps its data, address and tokens when the API server is restarted', async () => {
    if (!plane.canRestart) return assert.rejects(plane.restartApiServer(), /not ours to restart/)
    const token = await plane.requestToken('default', 'default')
    const { url } = plane
    const pid = plane.pids()['kube-apiserver']
    await plane.restartApiServer()
    assert.notEqual(plane.pids()['kube-apiserver'], pid)
    assert.equal(plane.url, url)
    assert.equal(
      await kubectlText(plane, '--namespace', 'pantry', 'get', 'configmap', 'shelf', '-o', 'jsonpath={.data.jars}'),
      '12',
    )
    const access = { url, ca: readFileSync(plane.caFile, 'utf8'), token }
    assert.notEqual((await callApi(access, '/api/v1/nodes')).status, 401)
  })

  it('closes its port between the kill and the start', async () => {
    if (!plane.canRestart) return assert.rejects(plane.killApiServer(), /not ours to restart/)
    await plane.killApiServer()
    assert.equal(await isOpen(Number(new URL(plane.url).port), '127.0.0.1'), false)
    await plane.startApiServer()
    assert.equal(await kubectlText(plane, 'get', 'namespace', 'pantry', '-o', 'name'), 'namespace/pantry')
  })

  it('deletes a namespace with all that is in it', async () => {
    await kubectlText(plane, 'delete', 'namespace', 'pantry', '--timeout=300s')
    assert.equal(
      await kubectlText(
        plane,
        'get',
        'configmaps',
        '--all-namespaces',
        '--field-selector=metadata.name=shelf',
        '-o',
        'name',
      ),
      '',
    )
  })

  it('leaves no process and no folder when it stops', async () => {
    const pids = Object.values(plane.pids())
    assert.ok(pids.every(isRunning))
    await plane.stop()
    assert.deepEqual(pids.filter(isRunning), [])
    assert.equal(existsSync(plane.caFile), false)
    assert.equal(plane.folder !== undefined && existsSync(plane.folder), false)
    assert.equal(await plane.ended, undefined)
  })
})
