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
  /** Test files that call it, those with the most calls first. */
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
    const call = new RegExp(`\\b${operation}Command\\(|\\b${inPython(operation)}\\(`, 'g')
    const calling = texts
      .map(({ file, text }) => ({ file, calls: [...text.matchAll(call)].length }))
      .filter(({ calls }) => calls > 0)
    return {
      operation,
      ...(implemented.has(`${operation}.ts`) ? { behaviour: behaviourOf(operation) } : {}),
      tests: calling.toSorted((a, b) => b.calls - a.calls).map(({ file }) => file),
    }
  })
}

/** How many files name it, and which say most: forty names in a cell are read by nobody. */
const row = ({ operation, behaviour, tests }: Coverage) => {
  const most = tests.slice(0, 2).map((test) => `\`${test}\``)
  const told = tests.length === 0 ? '**untested** |' : `${tests.length} | ${most.join(', ')}`
  return `| ${operation} | ${behaviour ?? '**missing**'} | ${told} |`
}

const page = (all: readonly Coverage[]): string => {
  const count = (wanted: (one: Coverage) => boolean) => all.filter(wanted).length
  const whole = count(({ behaviour }) => behaviour === 'whole')
  const answering = count(({ behaviour }) => behaviour?.startsWith('answers only') ?? false)
  const missing = all.length - whole - answering
  return `<!-- ${notice} -->
# Coverage

${all.length} operations: ${whole} behave whole, ${answering} answer only, ${missing} are missing, ${count(({ tests }) => tests.length === 0)} are untested.

An operation that answers only validates its input and answers as AWS does to an account that has none of it, or that may not do
it: an empty list, or AWS's error code. The number is that of the files below \`test/\` that call the operation;
the two with the most calls of it are named. Besides, every operation's input, output and errors go over the wire in
\`emulator/wire-roundtrip.test.ts\` and \`emulator/wire-errors.test.ts\`, by the SDK, and in \`boto3/test_wire.py\`, by botocore.

| Operation | Behaviour | Files of tests | Most calls in |
|---|---|---|---|
${all.map(row).join('\n')}
`
}

/** What each operation of the API does here, and where that is tested. */
export const coveragePage = (): readonly Target[] => [
  { path: 'emulator/COVERAGE.md', content: page(coverageOf(join(import.meta.dirname, '../..'))) },
]
