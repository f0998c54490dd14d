import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { adoptCluster } from '../../controlplane/cluster.ts'
import { startKind } from '../../controlplane/kind.ts'
import { writeKubeconfig } from '../../controlplane/kubeconfig.ts'
import { type ControlPlane, startControlPlane } from '../../controlplane/start.ts'
import { kubectlText, temporaryFolder, writeScript } from './scene.ts'

describe('a cluster that is somebody else’s', () => {
  const folder = temporaryFolder()
  let owner: ControlPlane

  before(async () => {
    owner = await startControlPlane()
  })

  after(() => owner?.stop())

  const admins = () =>
    kubectlText(owner, '-n', 'kube-system', 'get', 'serviceaccounts,clusterrolebindings', '-o', 'name').then((text) =>
      text.split('\n').filter((name) => name.includes('larder-admin-')),
    )

  it('is used by its own token, and left running', async () => {
    const plane = await adoptCluster({ kubeconfigIn: owner.kubeconfig, from: 'a test' })
    assert.deepEqual([plane.url, plane.adminToken, plane.version], [owner.url, owner.adminToken, owner.version])
    assert.equal(readFileSync(plane.caFile, 'utf8'), readFileSync(owner.caFile, 'utf8'))
    await assert.rejects(plane.restartApiServer(), /not ours to restart/)
    assert.deepEqual(await admins(), [])
    await plane.stop()
    assert.equal(existsSync(plane.caFile), false)
    assert.equal(await kubectlText(owner, 'get', '--raw', '/readyz'), 'ok')
  })

  it('gets a service account of ours, removed afterwards, when its kubeconfig has no token', async () => {
    // A login program, as cloud providers have them, in the place of the token.
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: owner.adminToken },
    }
    const login = writeScript(join(folder, 'login'), `echo '${JSON.stringify(credential)}'`)
    const exec = { apiVersion: credential.apiVersion, command: login, interactiveMode: 'Never' }
    const kubeconfigIn = join(folder, 'kubeconfig')
    const given = readFileSync(owner.kubeconfig, 'utf8')
    writeFileSync(kubeconfigIn, given.replace(/token: .*/, `exec: ${JSON.stringify(exec)}`))
    const plane = await adoptCluster({ kubeconfigIn, from: 'a test' })
    assert.notEqual(plane.adminToken, owner.adminToken)
    assert.equal((await admins()).length, 2)
    assert.ok(await plane.requestToken('default', 'default'), 'the token may do everything')
    await plane.stop()
    assert.deepEqual(await admins(), [])
  })

  it('is made by kind under a name of our own, and deleted by that name', async () => {
    const calls = join(folder, 'calls')
    // Stands in for kind: a cluster is there at once, and it is the owner's.
    const kind = writeScript(
      join(folder, 'kind'),
      `echo "$@" >> ${calls}`,
      `[ "$1" = create ] && cat >> ${calls} && cat ${owner.kubeconfig} > "$6"`,
      'exit 0',
    )
    const plane = await startKind({ kind, from: 'a test' })
    assert.equal(plane.url, owner.url)
    await plane.stop()
    const text = readFileSync(calls, 'utf8')
    const name = /^create cluster --name (larder-[0-9a-f]{8}) --kubeconfig /.exec(text)?.[1]
    assert.ok(name)
    assert.match(text, /"apiServerAddress":"127\.0\.0\.1"/)
    assert.ok(text.includes(`delete cluster --name ${name} `))
  })

  it('is deleted by kind also when it could not be made', async () => {
    const calls = join(folder, 'failed-calls')
    const kind = writeScript(join(folder, 'failing-kind'), `echo "$1" >> ${calls}`, 'echo no room >&2', 'exit 1')
    await assert.rejects(startKind({ kind, from: 'a test' }), /kind could not create a cluster: no room/)
    assert.equal(readFileSync(calls, 'utf8'), 'create\ndelete\n')
  })

  it('keeps a kubeconfig that is not ours from being replaced', async () => {
    const theirs = join(folder, 'theirs')
    writeFileSync(theirs, 'apiVersion: v1\n')
    await assert.rejects(startControlPlane({ kubeconfig: theirs }), /exists and is not ours/)
    await assert.rejects(writeKubeconfig(theirs, { url: owner.url, ca: '', token: '' }), /exists and is not ours/)
    assert.equal(readFileSync(theirs, 'utf8'), 'apiVersion: v1\n')
  })
})
