import { crc32, inflateRawSync } from 'node:zlib'

// The layout is that of PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (end).
const endSignature = 0x06054b50
const endSize = 22
const directorySignature = 0x02014b50
const localHeaderSize = 30
const stored = 0
const deflated = 8

/** The content of one file in a ZIP archive (no ZIP64, no encryption). Throws when it is missing or damaged. */
export const readZipEntry = (zip: Buffer, name: string): Buffer => {
  let at = directoryOf(zip)
  while (at + 46 <= zip.length && zip.readUInt32LE(at) === directorySignature) {
    const nameLength = zip.readUInt16LE(at + 28)
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name) return contentOf(zip, at, name)
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  throw new Error(`the archive holds no ${name}`)
}

const directoryOf = (zip: Buffer): number => {
  for (let at = zip.length - endSize; at >= 0; at--) {
    if (zip.readUInt32LE(at) === endSignature) return zip.readUInt32LE(at + 16)
  }
  throw new Error('not a ZIP archive')
}

const contentOf = (zip: Buffer, entry: number, name: string): Buffer => {
  const method = zip.readUInt16LE(entry + 10)
  const local = zip.readUInt32LE(entry + 42)
  const start = local + localHeaderSize + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const raw = zip.subarray(start, start + zip.readUInt32LE(entry + 20))
  if (method !== stored && method !== deflated) throw new Error(`${name}: compression method ${method} is not known`)
  const content = method === stored ? raw : inflateRawSync(raw)
  if (crc32(content) !== zip.readUInt32LE(entry + 16)) throw new Error(`${name} is damaged: its checksum differs`)
  return content
}
