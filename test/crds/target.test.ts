import assert from 'node:assert/strict'
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { faultsOf, notice, type Target, write } from '../../scripts/generate/target.ts'

const targets: readonly Target[] = [
  { path: 'made/a.yaml', content: `# ${notice}\na: 1\n` },
  { path: 'made/b.yaml', content: `# ${notice}\nb: 1\n` },
]

describe('generated files', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'larder-generated-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  it('are named one by one while they are missing, and nothing is written by looking', async () => {
    assert.deepEqual(await faultsOf(root, targets), [
      { path: 'made/a.yaml', is: 'missing' },
      { path: 'made/b.yaml', is: 'missing' },
    ])
    await assert.rejects(access(join(root, 'made')))
  })

  it('are as they should be once written', async () => {
    await write(root, targets)
    assert.equal(await readFile(join(root, 'made/a.yaml'), 'utf8'), targets[0]?.content)
    assert.deepEqual(await faultsOf(root, targets), [])
  })

  it('are stale when somebody edits one, and mended by writing', async () => {
    await write(root, targets)
    await writeFile(join(root, 'made/b.yaml'), 'b: 2\n')
    assert.deepEqual(await write(root, targets), [{ path: 'made/b.yaml', is: 'stale' }])
    assert.deepEqual(await faultsOf(root, targets), [])
  })

  it('are leftovers when nothing makes them any more; files of others stay', async () => {
    await mkdir(join(root, 'made'))
    await writeFile(join(root, 'made/kustomization.yaml'), 'resources: []\n')
    await write(root, targets)
    const fewer = targets.slice(0, 1)
    assert.deepEqual(await faultsOf(root, fewer), [{ path: 'made/b.yaml', is: 'leftover' }])
    await write(root, fewer)
    await assert.rejects(access(join(root, 'made/b.yaml')))
    await access(join(root, 'made/kustomization.yaml'))
  })
})
