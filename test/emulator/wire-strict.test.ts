import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { type ListeningEmulator, startEmulator } from '../../emulator/start.ts'

const SCOPE =
  'AWS4-HMAC-SHA256 Credential=AKID/20260105/us-east-1/elasticache/aws4_request, SignedHeaders=host, Signature=00'

interface Row {
  readonly name: string
  readonly body: string
  readonly authorization?: string | null
  readonly status: number
  readonly code: string
  readonly message?: string
}

const ROWS: readonly Row[] = [
  { name: 'an unknown action', body: 'Action=MakeCoffee&Version=2015-02-02', status: 400, code: 'InvalidAction' },
  { name: 'another API version', body: 'Action=DescribeEvents&Version=2014-01-01', status: 400, code: 'InvalidAction' },
  { name: 'no action', body: 'Version=2015-02-02', status: 400, code: 'MissingAction' },
  {
    name: 'an unknown parameter',
    body: 'Action=DescribeCacheClusters&Version=2015-02-02&Sugar=2',
    status: 400,
    code: 'InvalidQueryParameter',
    message: 'The parameter Sugar is unknown.',
  },
  {
    name: 'an unknown parameter in a structure',
    body: 'Action=AddTagsToResource&Version=2015-02-02&ResourceName=a&Tags.Tag.1.Colour=red',
    status: 400,
    code: 'InvalidQueryParameter',
    message: 'The parameter Tags.Tag.1.Colour is unknown.',
  },
  {
    name: 'an unknown list name',
    body: 'Action=RemoveTagsFromResource&Version=2015-02-02&ResourceName=a&TagKeys.Key.1=a',
    status: 400,
    code: 'InvalidQueryParameter',
  },
  {
    name: 'a missing required parameter',
    body: 'Action=CreateReplicationGroup&Version=2015-02-02&ReplicationGroupId=a',
    status: 400,
    code: 'MissingParameter',
    message: 'The request must contain the parameter ReplicationGroupDescription.',
  },
  {
    name: 'a number that is none',
    body: 'Action=DescribeCacheClusters&Version=2015-02-02&MaxRecords=many',
    status: 400,
    code: 'MalformedInput',
  },
  {
    name: 'a boolean that is none',
    body: 'Action=DescribeCacheClusters&Version=2015-02-02&ShowCacheNodeInfo=perhaps',
    status: 400,
    code: 'MalformedInput',
  },
  {
    name: 'a request without a signature',
    body: 'Action=DescribeEvents&Version=2015-02-02',
    authorization: null,
    status: 403,
    code: 'MissingAuthenticationToken',
  },
  {
    name: 'a signature for another service',
    body: 'Action=DescribeEvents&Version=2015-02-02',
    authorization: SCOPE.replace('/elasticache/', '/s3/'),
    status: 403,
    code: 'SignatureDoesNotMatch',
  },
]

describe('a strict endpoint', () => {
  let emulator: ListeningEmulator
  before(async () => {
    emulator = await startEmulator({ nodes: 'none' })
  })
  after(() => emulator.stop())

  const post = (body: string, authorization: string | null) =>
    fetch(emulator.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...(authorization ? { authorization } : {}) },
      body,
    })

  for (const row of ROWS) {
    it(`refuses ${row.name} with ${row.code}`, async () => {
      const response = await post(row.body, row.authorization === undefined ? SCOPE : row.authorization)
      const xml = await response.text()
      assert.equal(response.status, row.status, xml)
      assert.match(xml, new RegExp(`<Type>Sender</Type><Code>${row.code}</Code>`))
      if (row.message) assert.ok(xml.includes(`<Message>${row.message}</Message>`), xml)
    })
  }

  it('takes the action from the query string as well', async () => {
    const url = `${emulator.url}/?Action=DescribeReplicationGroups&Version=2015-02-02`
    const response = await fetch(url, { headers: { authorization: SCOPE } })
    assert.equal(response.status, 200)
    assert.match(await response.text(), /<DescribeReplicationGroupsResult>/)
  })

  it('gives every answer a request id, in the header and in the document', async () => {
    const response = await post('Action=DescribeEvents&Version=2015-02-02', SCOPE)
    const id = response.headers.get('x-amzn-requestid') ?? ''
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.ok((await response.text()).includes(`<RequestId>${id}</RequestId>`))
  })
})
