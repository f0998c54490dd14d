import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { rememberAddresses } from '../../emulator/engines/address-memory.ts'
import { type AddressBook, claimAddresses } from '../../emulator/engines/addresses.ts'
import { folderName } from '../../emulator/engines/folder-name.ts'
import { beginEmpty, takeOver } from '../../emulator/engines/kept-data.ts'
import { awaitPredecessor, leaveNote } from '../../emulator/engines/predecessor.ts'
import { node } from './engines-fixture.ts'

describe('the data folder of an earlier emulator', () => {
  let folder: string
  const books: AddressBook[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-kept-'))
  })
  afterEach(async () => {
    for (const book of books.splice(0)) await book.release()
    await rm(folder, { recursive: true, force: true })
  })
  const claim = async (own: boolean) => {
    const said: string[] = []
    const book = await claimAddresses(
      own,
      rememberAddresses(folder, (line) => said.push(line)),
    )
    books.push(book)
    return book
  }
  const leave = async (book: AddressBook) => {
    books.splice(books.indexOf(book), 1)
    await book.release()
  }
  const fill = async (key: string, ...files: readonly string[]) => {
    const own = join(folder, folderName(key))
    await mkdir(own)
    for (const file of files) await writeFile(join(own, file), '')
    return own
  }

  for (const own of [true, false])
    it(`gives the same addresses again, and new ones beside them (${own ? 'own addresses' : 'ports'})`, async () => {
      const first = await claim(own)
      const places = ['a', 'b'].map((key) => first.place(key, 6379))
      await leave(first)
      const second = await claim(own)
      const fresh = second.place('c', 6379)
      assert.deepEqual(
        ['a', 'b'].map((key) => second.place(key, 6379)),
        places,
      )
      assert.ok(places.every(({ host, port }) => host !== fresh.host || port !== fresh.port))
    })

  it('gives others when another emulator has the addresses, or when they cannot be read', async () => {
    const first = await claim(true)
    const before = first.place('a', 6379)
    await leave(first)
    const text = await readFile(join(folder, 'addresses.json'), 'utf8')
    const holder = await claim(true)
    const second = await claim(true)
    assert.notEqual(second.place('a', 6379).host, before.host)
    assert.equal(holder.place('a', 6379).host, before.host)
    for (const broken of ['', '{}', text.slice(1)]) {
      await writeFile(join(folder, 'addresses.json'), broken)
      assert.equal((await claim(true)).place('a', 6379).port, 6379)
    }
  })

  it('keeps what was saved at the end and what is written down, and nothing of nodes that nobody knows', async () => {
    const [saved, killed, durable] = ['s', 'k', 'd'].map((name) => node(`${name}/0001`))
    assert.ok(saved && killed && durable)
    const own = [
      await fill(saved.key, 'dump.rdb', 'saved'),
      await fill(killed.key, 'dump.rdb', 'nodes.conf', 'seeded'),
      await fill(durable.key, 'appendonlydir'),
    ]
    const stranger = await fill('stranger', 'dump.rdb', 'saved')
    takeOver(folder, { nodes: [saved, killed, durable], fronts: [], backups: [] })
    assert.deepEqual(await Promise.all(own.map((each) => readdir(each))), [
      ['dump.rdb', 'saved'],
      ['seeded'],
      ['appendonlydir'],
    ])
    assert.ok(!existsSync(stranger))
  })

  it('lets a replica of a cluster begin empty, and no other', async () => {
    const cluster = { id: 'c', shard: '0001', slots: '0-16383' }
    const primary = node('p/0001', { cluster })
    for (const [wanted, left] of [
      [primary, 1],
      [node('r/0001', { primary: primary.key }), 1],
      [node('q/0001', { cluster, primary: primary.key }), 0],
    ] as const) {
      const own = await fill(wanted.key, 'dump.rdb')
      beginEmpty(wanted, own)
      assert.equal((await readdir(own)).length, left, wanted.key)
    }
  })

  it('is used only after the servers of its emulator are gone, also when nobody was left to end them', async () => {
    const runFolder = await mkdtemp(join(tmpdir(), 'larder-'))
    const own = join(runFolder, 'node')
    await mkdir(own)
    const server = spawn('sleep', ['3600'], { cwd: own, stdio: 'ignore' })
    const gone = once(server, 'exit')
    await writeFile(join(own, 'pid'), String(server.pid))
    leaveNote(folder, runFolder)
    await awaitPredecessor(folder, 50)
    assert.deepEqual(await gone, [null, 'SIGKILL'])
    assert.ok(!existsSync(runFolder))
  })

  it('ends no process that got the number of a server later', async () => {
    const runFolder = await mkdtemp(join(tmpdir(), 'larder-'))
    await mkdir(join(runFolder, 'node'))
    const other = spawn('sleep', ['3600'], { cwd: folder, stdio: 'ignore' })
    const ended = once(other, 'exit')
    await writeFile(join(runFolder, 'node/pid'), String(other.pid))
    leaveNote(folder, runFolder)
    await awaitPredecessor(folder, 50)
    other.kill('SIGTERM')
    assert.deepEqual(await ended, [null, 'SIGTERM'])
    assert.ok(!existsSync(runFolder))
  })
})
