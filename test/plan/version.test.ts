import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { familyOf, isNewer, meets } from '../../src/plan/core/version.ts'

describe('versions', () => {
  const families = [
    ['redis', '7.1', 'redis7'],
    ['redis', '7.1.0', 'redis7'],
    ['redis', '6.2', 'redis6.x'],
    ['redis', '6.x', 'redis6.x'],
    ['redis', '5.0.6', 'redis5.0'],
    ['redis', '2.8.24', 'redis2.8'],
    ['valkey', '7.2', 'valkey7'],
    ['valkey', '8.0', 'valkey8'],
    ['valkey', '9.0.1', 'valkey9'],
    ['memcached', '1.6.22', 'memcached1.6'],
    ['memcached', '1.4.34', 'memcached1.4'],
  ] as const
  for (const [engine, version, family] of families) {
    it(`${engine} ${version} is of the family ${family}`, () => assert.equal(familyOf(engine, version), family))
  }
  const met = [
    ['7.1', '7.1.0', true],
    ['7', '7.1.0', true],
    ['7.1', '7.10.0', false],
    ['7.1.0', '7.1', false],
    ['1.6.22', '1.6.22', true],
    ['8.0', '7.2.6', false],
    ['7.1', '', false],
  ] as const
  for (const [want, have, yes] of met) {
    it(`${have || 'an unknown version'} ${yes ? 'meets' : 'does not meet'} ${want}`, () =>
      assert.equal(meets(want, have), yes))
  }
  const newer = [
    ['7.10.0', '7.9', true],
    ['8.0.1', '7.2', true],
    ['7.1.0', '7.1', false],
    ['7.0.7', '7.1', false],
    ['7.1', '7.1.5', false],
    ['', '7.1', false],
  ] as const
  for (const [have, want, yes] of newer) {
    it(`${have || 'an unknown version'} is ${yes ? '' : 'not '}newer than ${want}`, () =>
      assert.equal(isNewer(have, want), yes))
  }
})
