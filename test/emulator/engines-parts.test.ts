import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { after, describe, it } from 'mocha'
import { claimAddresses } from '../../emulator/engines/addresses.ts'
import { aptStanza, readAptSources } from '../../emulator/engines/apt-sources.ts'
import { resolveBinaries } from '../../emulator/engines/binaries.ts'
import { createAuthority } from '../../emulator/engines/certificates.ts'
import { runCommand } from '../../emulator/engines/command.ts'
import { clusterText, configReply } from '../../emulator/engines/discovery-text.ts'
import { withLock } from '../../emulator/engines/folder-lock.ts'
import { memcachedArguments } from '../../emulator/engines/memcached-arguments.ts'
import { memcachedCommands } from '../../emulator/engines/memcached-commands.ts'
import { liveSettings, scaledMaxmemory } from '../../emulator/engines/redis-parameters.ts'
import { node } from './engines-fixture.ts'

const MEGABYTE = 2 ** 20

describe('parameters of a redis or valkey node', () => {
  const settings = (parameters: Record<string, string>) => liveSettings(parameters, 8 * MEGABYTE)

  it('that only ElastiCache has are left out, those spelt otherwise are translated', () => {
    const given = {
      'reserved-memory-percent': '25',
      'close-on-replica-write': 'yes',
      'cluster-allow-pubsub-shard-when-down': 'no',
      maxclients: '65000',
      timeout: '20',
    }
    const expected = { 'cluster-allow-pubsubshard-when-down': 'no', timeout: '20', maxmemory: '8388608' }
    assert.deepEqual(settings(given), expected)
  })

  it('about output buffers become one list', () => {
    const given = {
      'client-output-buffer-limit-normal-hard-limit': '0',
      'client-output-buffer-limit-pubsub-hard-limit': '33554432',
      'client-output-buffer-limit-pubsub-soft-limit': '8388608',
      'client-output-buffer-limit-pubsub-soft-seconds': '60',
    }
    assert.equal(settings(given)['client-output-buffer-limit'], 'normal 0 0 0 pubsub 33554432 8388608 60')
  })

  it('give the backlog at most an eighth of the scaled memory', () => {
    assert.equal(settings({ 'repl-backlog-size': '10485760' })['repl-backlog-size'], String(MEGABYTE))
    assert.equal(settings({ 'repl-backlog-size': '16384' })['repl-backlog-size'], '16384')
  })

  it('reserve a part of the memory, and leave enough to start with', () => {
    assert.equal(scaledMaxmemory(1024 * MEGABYTE, { 'reserved-memory-percent': '50' }, 1 / 64), 8 * MEGABYTE)
    assert.equal(scaledMaxmemory(64 * MEGABYTE, {}, 1 / 64), 4 * MEGABYTE)
  })
})

describe('arguments of a memcached node', () => {
  const argumentsOf = (parameters: Record<string, string>, maxmemoryBytes = 512 * MEGABYTE) =>
    memcachedArguments(
      node('m', { engine: 'memcached', parameters, maxmemoryBytes }),
      { host: '127.0.0.9', port: 11211 },
      1 / 64,
      undefined,
    ).join(' ')

  it('take the parameters that a stock memcached has, and no others', () => {
    const found = argumentsOf({
      max_item_size: '2048',
      cas_disabled: '1',
      idle_timeout: '60',
      config_max: '16',
      watch: 'enabled',
    })
    assert.match(found, / -C -o idle_timeout=60 -I 2048$/)
    assert.match(argumentsOf({ slab_chunk_max: '524288', cas_disabled: '0' }), / -o slab_chunk_max=512$/)
  })

  it('give memory by the dial less the overhead, and twice the largest item at least', () => {
    assert.match(argumentsOf({ memcached_connections_overhead: '100' }, 6500 * MEGABYTE), / -m 100( |$)/)
    assert.match(argumentsOf({ max_item_size: String(16 * MEGABYTE) }), / -m 32 /)
    assert.match(argumentsOf({}), / -m 8( |$)/)
  })
})

describe('the text of auto discovery', () => {
  it('counts its bytes as the documented reply does', () => {
    const nodes = [
      { host: '127.0.0.10', port: 11211 },
      { host: '127.0.0.1', port: 11211 },
    ]
    const text = '12\n127.0.0.10|127.0.0.10|11211 127.0.0.1|127.0.0.1|11211\n'
    assert.equal(configReply(clusterText(12, nodes)), `CONFIG cluster 0 ${text.length}\r\n${text}\r\nEND\r\n`)
  })

  it('is found in a client stream however the bytes arrive, and never inside data', () => {
    const stream = Buffer.from(
      'get a\r\nconfig get cluster\r\nset b 0 0 20\r\nconfig get cluster\r\n\r\nget AmazonElastiCache:cluster\r\nms c 3\r\nabc\r\nget d\r\n',
    )
    const read = (chunks: readonly Buffer[]) => {
      const cut = memcachedCommands()
      return chunks
        .flatMap((chunk) => cut(chunk))
        .map((piece) => (piece.is === 'forward' ? piece.bytes.toString() : `<${piece.is}>`))
        .join('')
    }
    const expected =
      'get a\r\n<config>set b 0 0 20\r\nconfig get cluster\r\n\r\n<cluster-key>ms c 3\r\nabc\r\nget d\r\n'
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length]
        const chunks = at.slice(1).map((end, index) => stream.subarray(at[index], end))
        assert.equal(read(chunks), expected)
      }),
    )
  })
})

describe('certificates of the emulator', () => {
  it('are signed by its authority and valid for exactly the addresses asked for', () => {
    const authority = createAuthority('an authority')
    const server = new X509Certificate(authority.issue(['127.1.2.3', 'localhost']).certificate)
    const own = new X509Certificate(authority.certificate)
    assert.ok(own.ca && !server.ca)
    assert.ok(server.verify(own.publicKey) && server.checkIssued(own))
    assert.equal(server.checkIP('127.1.2.3'), '127.1.2.3')
    assert.equal(server.checkIP('127.1.2.4'), undefined)
    assert.equal(server.checkHost('localhost'), 'localhost')
    assert.ok(!server.verify(new X509Certificate(createAuthority('an authority').certificate).publicKey))
  })
})

describe('addresses of nodes', () => {
  it("are the same for the same key, and have the engine's port unless someone listens there everywhere", async () => {
    const book = await claimAddresses(true)
    const everywhere = createServer().listen(0, '0.0.0.0')
    await new Promise((resolve) => everywhere.once('listening', resolve))
    const taken = (everywhere.address() as { port: number }).port
    try {
      const place = book.place('a', 6379)
      assert.deepEqual(book.place('a', 6379), place)
      assert.notEqual(book.place('b', 6379).host, place.host)
      assert.equal(new Set([place.port, place.busPort, place.plainPort, place.tlsPort]).size, 4)
      assert.notEqual(book.place('c', taken).port, taken)
    } finally {
      everywhere.close()
      await book.release()
    }
  })
})

describe('the programs behind the caches', () => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-test-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('are found, and the clients start from their folder without any setting', async () => {
    const { binDir, versions } = await resolveBinaries(() => {})
    const bare = { PATH: '/usr/bin:/bin' }
    assert.match(await runCommand(join(binDir, 'redis-cli'), ['--version'], { env: bare }), new RegExp(versions.redis))
    assert.match(
      await runCommand(join(binDir, 'valkey-cli'), ['--version'], { env: bare }),
      new RegExp(versions.valkey),
    )
  })

  it('are installed by one process at a time, and the lock of a dead one is taken over', async () => {
    const lock = join(folder, 'lock')
    writeFileSync(lock, '999999999')
    let inside = 0
    let most = 0
    const work = () =>
      withLock(
        lock,
        () => {},
        async () => {
          most = Math.max(most, ++inside)
          await new Promise((resolve) => setImmediate(resolve))
          inside--
        },
      )
    await Promise.all([work(), work(), work()])
    assert.equal(most, 1)
  })

  it('come from the archives that the sources of the machine name, in either format', () => {
    const line = readAptSources(
      'sources.list',
      '# a comment\ndeb [arch=amd64 signed-by=/k.gpg] http://m/debian bookworm main contrib\n',
    )
    const stanza = readAptSources(
      'debian.sources',
      'Types: deb deb-src\n# a comment\nURIs: http://m/debian\nSuites: bookworm bookworm-updates\nComponents: main contrib\nSigned-By: /k.gpg\n\nTypes: deb-src\nURIs: http://m/src\nSuites: bookworm\nComponents: main\n\nEnabled: no\nTypes: deb\nURIs: http://m/off\nSuites: bookworm\nComponents: main\n',
    )
    const archive = { uri: 'http://m/debian', components: ['main', 'contrib'], options: { 'Signed-By': '/k.gpg' } }
    assert.deepEqual(line, [{ ...archive, suites: ['bookworm'] }])
    assert.deepEqual(stanza, [{ ...archive, suites: ['bookworm', 'bookworm-updates'] }])
    assert.deepEqual(
      stanza.flatMap((one) => readAptSources('x.sources', aptStanza(one))),
      stanza,
    )
  })
})
