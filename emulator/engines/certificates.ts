import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { bits, type Der, identifier, octets, sequence, setOf, tagged, text, truth, unsigned, utcTime } from './der.ts'

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

/** A certificate authority that lives as long as the emulator. */
export interface Authority {
  /** Its own certificate, PEM: what clients trust. */
  readonly certificate: string
  /** A server certificate valid for these DNS names and IPv4 addresses. */
  issue(names: readonly string[]): Certificate
}

const HOUR_MS = 3_600_000
const VALID_MS = 365 * 24 * HOUR_MS
const ECDSA_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'))
const KEY_IDENTIFIER = '2.5.29.14'
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35'

/**
 * Makes an authority with a new key. node:crypto signs but cannot write certificates, and the emulator should need
 * neither the openssl program nor a package for some fifty bytes of structure (RFC 5280).
 */
export function createAuthority(name: string): Authority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { name, key: pair.privateKey, keyId: keyIdentifier(pair.publicKey) }
  const own = certify(issuer, name, pair.publicKey, [
    extension('2.5.29.19', sequence(truth), 'critical'), // basicConstraints: a CA
    extension('2.5.29.15', bits(Buffer.from([0x06]), 1), 'critical'), // keyUsage: keyCertSign, cRLSign
    extension(KEY_IDENTIFIER, octets(issuer.keyId)),
  ])
  return {
    certificate: own,
    issue(names) {
      const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const certificate = certify(issuer, names[0] ?? 'localhost', server.publicKey, [
        extension('2.5.29.19', sequence(), 'critical'), // basicConstraints: no CA
        extension('2.5.29.15', bits(Buffer.from([0x80]), 7), 'critical'), // keyUsage: digitalSignature
        // extendedKeyUsage: serverAuth, and clientAuth because a replica is a client with the same certificate
        extension('2.5.29.37', sequence(identifier('1.3.6.1.5.5.7.3.1'), identifier('1.3.6.1.5.5.7.3.2'))),
        extension('2.5.29.17', sequence(...names.map(alternativeName))),
        extension(KEY_IDENTIFIER, octets(keyIdentifier(server.publicKey))),
        extension(AUTHORITY_KEY_IDENTIFIER, sequence(tagged(0x80, issuer.keyId))),
      ])
      return { certificate, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

interface Issuer {
  readonly name: string
  readonly key: KeyObject
  readonly keyId: Buffer
}

function certify(issuer: Issuer, subject: string, key: KeyObject, extensions: readonly Der[]): string {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const now = Date.now()
  const body = sequence(
    tagged(0xa0, unsigned(Buffer.from([2]))), // version 3
    unsigned(serial),
    ECDSA_SHA256,
    commonName(issuer.name),
    sequence(utcTime(new Date(now - HOUR_MS)), utcTime(new Date(now + VALID_MS))),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  )
  return pem(sequence(body, ECDSA_SHA256, bits(sign('sha256', body, issuer.key))))
}

function commonName(name: string): Der {
  return sequence(setOf(sequence(identifier('2.5.4.3'), text(name))))
}

function alternativeName(name: string): Der {
  return isIPv4(name) ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name))
}

function extension(id: string, value: Der, critical?: 'critical'): Der {
  return critical ? sequence(identifier(id), truth, octets(value)) : sequence(identifier(id), octets(value))
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

function pem(der: Der): string {
  const lines = der.toString('base64').replace(/.{64}(?!$)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
