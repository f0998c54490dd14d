import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'mocha'
import { MODEL } from '../../emulator/wire/model.ts'

const EMULATOR = join(import.meta.dirname, '../../emulator')

/** Wire codes that a file refuses with, as far as they stand in it as words. */
const codesIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\brefusal\(\s*'([^']+)'/g)].map(([, code = '']) => code)

const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(EMULATOR, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(EMULATOR, folder, name))

const MODELLED = new Set(Object.values(MODEL.errors).map(({ code }) => code))

describe('a refusal', () => {
  it('of an operation has a code that AWS lists for that operation', () => {
    const wrong = filesOf('operations').flatMap((file) => {
      const operation = basename(file, '.ts')
      const listed = (MODEL.operations[operation]?.errors ?? []).map((name) => MODEL.errors[name]?.code)
      return codesIn(file).flatMap((code) => (listed.includes(code) ? [] : [`${operation}: ${code}`]))
    })
    assert.deepEqual(wrong, [])
  })

  it('of a rule has a code of the API', () => {
    const files = filesOf('rules')
    const codes = files.flatMap(codesIn)
    assert.ok(codes.length > 20)
    assert.deepEqual(
      codes.filter((code) => !MODELLED.has(code)),
      [],
    )
  })
})
