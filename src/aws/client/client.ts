import {
  ElastiCacheClient,
  type ElastiCacheClientConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-elasticache'
import type { FinalizeHandler, FinalizeHandlerArguments } from '@smithy/types'
import type { Clock } from '../../time/clock.ts'
import { AwsLayerError, isThrottling, labelOf, mayHaveEffect, requestIdOf } from '../errors/errors.ts'
import { type Rank, ranks, type Throttle } from './throttle.ts'

/** What was sent to AWS, for metrics. `outcome` is `ok` or a code of the error table, so labels stay few. */
export interface CallSeen {
  readonly operation: string
  readonly outcome: string
  readonly durationMs: number
}

export interface ClientOptions {
  readonly region: string
  /** Unset: the SDK's own, which AWS_ENDPOINT_URL_ELASTICACHE and AWS_ENDPOINT_URL replace. */
  readonly endpoint?: string
  /** Unset: Node's own HTTP with the time-outs below. A local server's in process is another. */
  readonly requestHandler?: NonNullable<ElastiCacheClientConfig['requestHandler']>
  /** Unset: the SDK's default chain. */
  readonly credentials?: NonNullable<ElastiCacheClientConfig['credentials']>
  readonly clock: Clock
  readonly throttle: Throttle
  /** False when the lease has no margin left: then no change may be sent. */
  readonly mayWrite: () => boolean
  readonly seen: (call: CallSeen, rank: Rank) => void
}

/** One client per rank: they share connections and credentials, and differ in how often they try and who goes first. */
export type SdkClients = Readonly<Record<Rank, ElastiCacheClient>>

const connectionTimeoutMs = 2000
const replyTimeoutMs = 15_000
/** An idle connection is closed by us before the far side does, so that a change doesn't run into a closed one. */
const idleMs = 20_000
/** A read may be tried again by the SDK; a change may not, since who sends it twice can't tell whose effect he sees. */
const attempts: Readonly<Record<Rank, number>> = { change: 1, read: 3, poll: 3 }

const agent = { keepAlive: true, maxSockets: 50, timeout: idleMs }
const nodeHandler = {
  connectionTimeout: connectionTimeoutMs,
  requestTimeout: replyTimeoutMs,
  socketTimeout: replyTimeoutMs,
  // Without this the SDK only warns when the time is over.
  throwOnRequestTimeout: true,
  httpAgent: agent,
  httpsAgent: agent,
}

type Next = FinalizeHandler<ServiceInputTypes, ServiceOutputTypes>
type Args = FinalizeHandlerArguments<ServiceInputTypes>

/** Puts the throttle and the lease in front of every single request, the SDK's own repetitions too. */
const guard = (client: ElastiCacheClient, rank: Rank, { clock, throttle, mayWrite, seen }: ClientOptions): void => {
  // The SDK copies each reply for a logger that throws it away: a tenth of what a page of the poll costs.
  client.middlewareStack.remove('loggerMiddleware')
  // Before signing: a signature must not grow old while its request waits for a token.
  client.middlewareStack.addRelativeTo(
    (next: Next) => async (args: Args) => {
      await throttle.take(rank)
      return next(args)
    },
    { name: 'larderThrottle', relation: 'before', toMiddleware: 'httpSigningMiddleware' },
  )
  // The last thing before the wire, so that nothing lies between the look at the lease and the request.
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (rank === 'change' && !mayWrite())
        throw new AwsLayerError('NoLeaseMargin', 'The lease may end before the reply')
      const operation = (context.commandName ?? 'Unknown').replace(/Command$/, '')
      const startMs = clock.nowMs()
      const tell = (outcome: string) => seen({ operation, outcome, durationMs: clock.nowMs() - startMs }, rank)
      try {
        const reply = await next(args)
        // A proxy's page with HTTP 200 reads as an empty, good reply; an empty list would make every cache look lost.
        if (requestIdOf(reply.output) === undefined)
          throw new AwsLayerError('StrangeReply', 'A reply came without a request id')
        throttle.accepted()
        tell('ok')
        return reply
      } catch (error) {
        if (isThrottling(error)) throttle.slowDown()
        // A refusal for another reason is an answer too: AWS has room for calls.
        else if (!mayHaveEffect(error) && requestIdOf(error) !== undefined) throttle.accepted()
        tell(labelOf(error))
        throw error
      }
    },
    { name: 'larderGuard', step: 'finalizeRequest', priority: 'low' },
  )
}

export const sdkClientsOf = (options: ClientOptions): SdkClients => {
  const { region, endpoint, requestHandler, credentials } = options
  const common = {
    region,
    retryMode: 'standard',
    customUserAgent: 'larder',
    ...(endpoint === undefined ? {} : { endpoint }),
  }
  const first = new ElastiCacheClient({
    ...common,
    maxAttempts: attempts.change,
    requestHandler: requestHandler ?? nodeHandler,
    ...(credentials === undefined ? {} : { credentials }),
  })
  const shared = { requestHandler: first.config.requestHandler, credentials: first.config.credentials }
  const again = (rank: Rank) => new ElastiCacheClient({ ...common, ...shared, maxAttempts: attempts[rank] })
  const clients = { change: first, read: again('read'), poll: again('poll') }
  for (const rank of ranks) guard(clients[rank], rank, options)
  return clients
}
