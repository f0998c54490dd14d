import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { compareVersions, isOlder, reaches } from '../../src/kube/cache/resource-version.ts'

describe('resource versions', () => {
  it('are ordered as numbers of any size', () => {
    assert.equal(compareVersions('9', '10'), -1)
    assert.equal(compareVersions('90071992547409930', '90071992547409929'), 1)
    assert.equal(isOlder('99', '100'), true)
    assert.equal(reaches('100', '99'), true)
  })

  it('that are no numbers are the same or unknown', () => {
    assert.equal(compareVersions('a', 'a'), 0)
    assert.equal(compareVersions('a', '1'), undefined)
    assert.equal(isOlder('a', 'b'), false)
    assert.equal(reaches('a', 'b'), false)
  })
})
