import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { coverageOf, coveragePage } from '../../scripts/generate/coverage.ts'
import { withTree } from './tree.ts'

describe('the coverage of the emulator', () => {
  it('counts the files that call an operation, and puts those with the most calls first', () =>
    withTree(
      {
        'emulator/operations/CreateUser.ts': '',
        'test/emulator/a.test.ts': 'new CreateUserCommand({})',
        'test/emulator/b.test.ts': 'new CreateUserCommand({}); new CreateUserCommand({}); new CreateUserCommand({})',
        'test/emulator/mentions.test.ts': '// CreateUserCommand',
        'test/emulator/other.test.ts': 'new CreateUserGroupCommand({})',
        'test/boto3/test_users.py': 'client.create_user(); client.create_user()',
      },
      (root) => {
        const row = coverageOf(root).find(({ operation }) => operation === 'CreateUser')
        assert.deepEqual(row?.tests, ['emulator/b.test.ts', 'boto3/test_users.py', 'emulator/a.test.ts'])
      },
    ))

  it('is a page that names two files of each operation at most', () => {
    const [page] = coveragePage()
    const rows = page?.content.split('\n').filter((line) => /^\| [A-Z]\w+ \| (whole|answers)/.test(line)) ?? []
    assert.equal(rows.length, 75)
    for (const row of rows) assert.match(row, /\| \d+ \| `[^`]+`(, `[^`]+`)? \|$/)
  })
})
