import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import model from '../../emulator/data/wire-model.json' with { type: 'json' }
import { notice, type Target } from './target.ts'

/** Groups of operations that only answer as AWS does to an account that has none of it, or may not do it. */
const ANSWERS_ONLY: Readonly<Record<string, readonly string[]>> = {
  'global datastores': [
    'CreateGlobalReplicationGroup',
    'DecreaseNodeGroupsInGlobalReplicationGroup',
    'DeleteGlobalReplicationGroup',
    'DescribeGlobalReplicationGroups',
    'DisassociateGlobalReplicationGroup',
    'FailoverGlobalReplicationGroup',
    'IncreaseNodeGroupsInGlobalReplicationGroup',
    'ModifyGlobalReplicationGroup',
    'RebalanceSlotsInGlobalReplicationGroup',
  ],
  'online migration': ['CompleteMigration', 'StartMigration', 'TestMigration'],
  'reserved nodes': [
    'DescribeReservedCacheNodes',
    'DescribeReservedCacheNodesOfferings',
    'PurchaseReservedCacheNodesOffering',
  ],
  'EC2-Classic security groups': [
    'AuthorizeCacheSecurityGroupIngress',
    'CreateCacheSecurityGroup',
    'DeleteCacheSecurityGroup',
    'DescribeCacheSecurityGroups',
    'RevokeCacheSecurityGroupIngress',
  ],
  'export to S3': ['ExportServerlessCacheSnapshot'],
}

export interface Coverage {
  readonly operation: string
  /** What the emulator does for it; undefined when it has no file. */
  readonly behaviour?: string
  /** Test files that call it. */
  readonly tests: readonly string[]
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.test\.ts$|\.py$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()

/** CreateCacheCluster as boto3 has it: create_cache_cluster. */
const inPython = (operation: string) => operation.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()

const behaviourOf = (operation: string): string => {
  const group = Object.entries(ANSWERS_ONLY).find(([, operations]) => operations.includes(operation))
  return group ? `answers only: not modelled (${group[0]})` : 'whole'
}

/** Each operation of the model, in order, with its behaviour and the tests that call it, from the files as they stand. */
export const coverageOf = (root: string): readonly Coverage[] => {
  const tests = join(root, 'test')
  const files = ['emulator', 'boto3'].flatMap((suite) => filesBelow(join(tests, suite)))
  const texts = files.map((file) => ({ file: relative(tests, file), text: readFileSync(file, 'utf8') }))
  const implemented = new Set(readdirSync(join(root, 'emulator/operations')))
  return Object.keys(model.operations).map((operation) => {
    const calls = new RegExp(`\\b${operation}Command\\(|\\b${inPython(operation)}\\(`)
    return {
      operation,
      ...(implemented.has(`${operation}.ts`) ? { behaviour: behaviourOf(operation) } : {}),
      tests: texts.filter(({ text }) => calls.test(text)).map(({ file }) => file),
    }
  })
}

const row = ({ operation, behaviour, tests }: Coverage) =>
  `| ${operation} | ${behaviour ?? '**missing**'} | ${tests.length === 0 ? '**untested**' : tests.map((test) => `\`${test}\``).join(', ')} |`

const page = (all: readonly Coverage[]): string => {
  const count = (wanted: (one: Coverage) => boolean) => all.filter(wanted).length
  const whole = count(({ behaviour }) => behaviour === 'whole')
  const answering = count(({ behaviour }) => behaviour?.startsWith('answers only') ?? false)
  const missing = all.length - whole - answering
  return `<!-- ${notice} -->
# Coverage

${all.length} operations: ${whole} behave whole, ${answering} answer only, ${missing} are missing, ${count(({ tests }) => tests.length === 0)} are untested.

An operation that answers only validates its input and answers as AWS does to an account that has none of it, or that may not do
it: an empty list, or AWS's error code. The tests are the files below \`test/\` that call the operation. Besides, every
operation's input, output and errors go over the wire in \`emulator/wire-roundtrip.test.ts\` and \`emulator/wire-errors.test.ts\`,
by the SDK, and in \`boto3/test_wire.py\`, by botocore.

| Operation | Behaviour | Tests |
|---|---|---|
${all.map(row).join('\n')}
`
}

/** What each operation of the API does here, and where that is tested. */
export const coveragePage = (): readonly Target[] => [
  { path: 'emulator/COVERAGE.md', content: page(coverageOf(join(import.meta.dirname, '../..'))) },
]
