import { rowsOf } from './row-kinds.ts'
import type { ErrorRow } from './rows.ts'

const throttled = 'AWS asks for fewer calls. Larder slows down and tries again by itself.'
const unwell = 'AWS failed on its side. Larder tries again by itself.'
const forbidden =
  'The policy that the role needs is in docs/install.md; a permissions boundary, or a policy of the organisation or of the ' +
  'VPC endpoint, may deny it too. Larder tries again by itself.'
const expired = 'The session has expired. Larder fetches new credentials and tries again.'
const clock = "Set this machine's clock: it differs too much from AWS's."
const badKey =
  'Give the operator credentials that exist and are active. If they are, enable the region in the AWS account: one that is ' +
  'off knows nobody.'
const badSignature = 'Check the secret access key, the region and the clock of this machine.'
const noCredentials =
  'Give the operator credentials: an IAM role for its service account, or access keys. Larder tries again by itself.'
const notOffered = 'Check the endpoint: it does not offer this operation.'
const unreadable = "Change the spec as AWS's message says. If the spec is right, check the endpoint."
const broken = 'The connection broke or took too long. Larder looks what came of it and tries again.'
const nobody = 'Check the endpoint, the routes and the network policies: nobody answers there.'
const silent =
  'Check the routes, the network policies and the VPC endpoints of ElastiCache and of STS, which gives out the credentials.'
const noName =
  'Check the region and the endpoint: no such host is known, as where a region does not exist or has no ElastiCache. ' +
  'If both are right, check the DNS of the cluster.'
const noDns = 'Check the DNS of the cluster, and the network policy in front of it: it does not answer.'
const untrusted =
  'Check the endpoint, and trust its certificate authority (NODE_EXTRA_CA_CERTS) when a proxy stands in between.'

/**
 * What any AWS service, the network or the SDK may say instead of a reply of ElastiCache: AWS's common errors, the codes that
 * the SDK counts as throttling, and Node's own codes.
 */
export const commonErrorRows: readonly ErrorRow[] = [
  ...rowsOf(
    'BandwidthLimitExceeded EC2ThrottledException LimitExceededException PriorRequestNotComplete ' +
      'ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled RequestThrottledException SlowDown ' +
      'ThrottledException Throttling ThrottlingException TooManyRequestsException TransactionInProgressException',
    { does: 'retryable', reason: 'Throttled', cure: throttled },
  ),
  ...rowsOf('InternalFailure InternalError InternalServerError InternalServerException InternalServiceError', {
    http: 500,
    does: 'retryable',
    reason: 'AwsUnavailable',
    cure: unwell,
  }),
  ...rowsOf('ServiceUnavailable ServiceUnavailableException Unavailable', {
    http: 503,
    does: 'retryable',
    reason: 'AwsUnavailable',
    cure: unwell,
  }),
  ...rowsOf('AccessDenied AccessDeniedException UnauthorizedOperation NotAuthorized', {
    http: 403,
    does: 'stalled',
    reason: 'AccessDenied',
    cure: forbidden,
  }),
  ...rowsOf('ExpiredToken ExpiredTokenException TokenRefreshRequired', {
    does: 'retryable',
    reason: 'CredentialsInvalid',
    cure: expired,
  }),
  ...rowsOf('RequestExpired RequestTimeTooSkewed RequestInTheFuture', {
    does: 'retryable',
    reason: 'CredentialsInvalid',
    cure: clock,
  }),
  ...rowsOf('InvalidClientTokenId UnrecognizedClientException', {
    http: 403,
    does: 'stalled',
    reason: 'CredentialsInvalid',
    cure: badKey,
  }),
  ...rowsOf('SignatureDoesNotMatch InvalidSignatureException IncompleteSignature AuthFailure', {
    does: 'stalled',
    reason: 'CredentialsInvalid',
    cure: badSignature,
  }),
  ...rowsOf('MissingAuthenticationToken MissingAuthenticationTokenException', {
    http: 403,
    does: 'stalled',
    reason: 'CredentialsInvalid',
    cure: noCredentials,
  }),
  ...rowsOf('CredentialsProviderError TokenProviderError', {
    does: 'retryable',
    reason: 'CredentialsInvalid',
    cure: noCredentials,
  }),
  ...rowsOf('OptInRequired', {
    http: 403,
    does: 'stalled',
    reason: 'CredentialsInvalid',
    cure: 'Sign up for ElastiCache or enable this region in the AWS account.',
  }),
  ...rowsOf('InvalidAction UnsupportedOperation UnknownOperationException', {
    does: 'stalled',
    reason: 'NotSupported',
    cure: notOffered,
  }),
  ...rowsOf(
    'MissingAction MalformedQueryString InvalidQueryParameter MissingParameter ValidationError ValidationException',
    {
      does: 'stalled',
      reason: 'InvalidSpec',
      cure: unreadable,
    },
  ),
  // The SDK's word for an address that takes no connection within the time-out.
  ...rowsOf('TimeoutError', {
    does: 'retryable',
    reason: 'NetworkError',
    whenMessageHas: 'did not establish a connection',
    cure: nobody,
  }),
  ...rowsOf('ECONNRESET EPIPE ETIMEDOUT TimeoutError RequestTimeout RequestTimeoutException AbortError', {
    does: 'retryable',
    reason: 'NetworkError',
    cure: broken,
  }),
  ...rowsOf('ECONNREFUSED EHOSTUNREACH ENETUNREACH', { does: 'retryable', reason: 'NetworkError', cure: nobody }),
  ...rowsOf('ENOTFOUND', { does: 'retryable', reason: 'NetworkError', cure: noName }),
  ...rowsOf('EAI_AGAIN', { does: 'retryable', reason: 'NetworkError', cure: noDns }),
  ...rowsOf(
    'CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY ' +
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE ERR_TLS_CERT_ALTNAME_INVALID',
    { does: 'retryable', reason: 'NetworkError', cure: untrusted },
  ),
  ...rowsOf('StrangeReply', {
    does: 'retryable',
    reason: 'NetworkError',
    cure: 'Check the endpoint and proxies: what answered is not ElastiCache.',
  }),
  ...rowsOf('NoAnswer', { does: 'retryable', reason: 'NetworkError', cure: silent }),
  ...rowsOf('NoLeaseMargin', {
    does: 'retryable',
    reason: 'NotLeading',
    cure: 'Nothing was sent: this operator may be about to lose its leadership. It tries again when the lease is renewed.',
  }),
  ...rowsOf('Closing', {
    does: 'retryable',
    reason: 'NotLeading',
    cure: 'Nothing was sent: this operator is stopping.',
  }),
]
