import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { linesOf, Surprise } from '../../src/kube/cache/lines.ts'

async function* cut(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const place of [...places, bytes.length].sort((a, b) => a - b)) {
    if (place < from || place > bytes.length) continue
    yield bytes.slice(from, place)
    from = place
  }
}
const read = async (text: string | Uint8Array, places: readonly number[] = []): Promise<string[]> => {
  const lines: string[] = []
  for await (const line of linesOf(cut(Buffer.from(text), places))) lines.push(line)
  return lines
}

describe('lines of a stream', () => {
  it('come out whole, wherever the network cuts the bytes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({
            unit: fc.oneof(
              fc.constantFrom('ä', '€', '😀', '\u2028', '\u2029', '\u0085', '\r'),
              fc.string({ unit: 'grapheme', maxLength: 1 }),
            ),
          }),
        ),
        fc.array(fc.nat({ max: 200 })),
        async (texts, places) => {
          const lines = texts.map((text) => text.replaceAll('\n', ''))
          assert.deepEqual(await read(lines.map((line) => `${line}\n`).join(''), places), lines)
        },
      ),
    ))

  it('are not split at U+2028', async () => {
    assert.deepEqual(await read('{"a":"x\u2028y"}\n{}\n'), ['{"a":"x\u2028y"}', '{}'])
  })

  it('leave out a last one that was cut off', async () => {
    assert.deepEqual(await read('{"a":1}\n{"b'), ['{"a":1}'])
  })

  it('that are not UTF-8 are a surprise, not a replacement character', async () => {
    await assert.rejects(read(Buffer.from([0x22, 0xff, 0x22, 0x0a])), Surprise)
  })
})
