import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificate, createAuthority } from './certificates.ts'

/** A server certificate in files, and in memory. */
export interface TlsFiles extends Certificate {
  readonly files: { readonly certificate: string; readonly key: string; readonly ca: string }
}

/** Certificates of one emulator, all signed by one authority of its own. */
export interface TlsStore {
  /** The authority's certificate, for clients to trust. */
  readonly caFile: string
  readonly ca: string
  /** A certificate valid for these addresses and localhost; the same one for the same addresses. */
  certificateFor(hosts: readonly string[]): TlsFiles
}

/** Makes the authority and its folder. */
export function createTlsStore(folder: string): TlsStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const authority = createAuthority('Larder emulator')
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, authority.certificate)
  const made = new Map<string, TlsFiles>()
  return {
    caFile,
    ca: authority.certificate,
    certificateFor(hosts) {
      const names = [...new Set([...hosts, '127.0.0.1', 'localhost'])]
      const id = names.join(' ')
      const known = made.get(id)
      if (known) return known
      const issued = authority.issue(names)
      const stem = join(folder, createHash('sha256').update(id).digest('hex').slice(0, 16))
      const files = { certificate: `${stem}.pem`, key: `${stem}.key`, ca: caFile }
      writeFileSync(files.certificate, issued.certificate)
      writeFileSync(files.key, issued.key, { mode: 0o600 })
      const result = { ...issued, files }
      made.set(id, result)
      return result
    },
  }
}
