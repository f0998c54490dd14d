import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { makeRoomFor } from '../../controlplane/kubeconfig.ts'
import { writeEnvFile } from '../../scripts/local/env-file.ts'
import { withTree } from './tree.ts'

describe('.local/env', () => {
  const sourced = (file: string, PATH: string, name: string) =>
    spawnSync('/bin/sh', ['-c', '. "$1" && eval "printf %s \\"\\$$2\\""', 'sh', file, name], {
      env: { PATH },
      encoding: 'utf8',
    }).stdout

  it("puts our folders before the terminal's own PATH, which stays", () =>
    withTree({}, (at) => {
      const file = join(at, 'env')
      writeEnvFile({ env: { AWS_REGION: 'us-east-1' }, path: ['/our tools', "/it's ours"] }, file)
      assert.equal(
        sourced(file, '/home/me/venv/bin:/usr/bin', 'PATH'),
        "/our tools:/it's ours:/home/me/venv/bin:/usr/bin",
      )
      assert.equal(sourced(file, '/usr/bin', 'AWS_REGION'), 'us-east-1')
      assert.ok(!readFileSync(file, 'utf8').includes(process.env.PATH ?? ''))
    }))

  it('is for its owner only, and takes any value as it is', () =>
    withTree({}, (at) => {
      const file = join(at, 'env')
      const value = 'a $b `c` "d" \'e\''
      writeEnvFile({ env: { STRANGE: value }, path: [] }, file)
      assert.equal(sourced(file, '/usr/bin', 'STRANGE'), value)
      assert.equal(statSync(file).mode & 0o777, 0o600)
    }))
})

describe('the kubeconfig of a control plane', () => {
  it('gets its folder made before anything is started', () =>
    withTree({}, async (at) => {
      const file = join(at, '.local/deep/kubeconfig')
      await makeRoomFor(file)
      assert.ok(existsSync(join(at, '.local/deep')))
      assert.equal(existsSync(file), false)
    }))

  it('is refused where a file is that is not ours', () =>
    withTree({ kubeconfig: 'apiVersion: v1' }, (at) =>
      assert.rejects(makeRoomFor(join(at, 'kubeconfig')), /exists and is not ours/),
    ))
})
