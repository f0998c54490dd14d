import type { LogDeliveryConfiguration, PendingLogDeliveryConfiguration } from '@aws-sdk/client-elasticache'
import type { Auth, LogDelivery, Settings, Tls } from '../world/settings.ts'

const destinationDetails = (log: LogDelivery) =>
  log.destinationType === 'cloudwatch-logs'
    ? { CloudWatchLogsDetails: { LogGroup: log.destination } }
    : { KinesisFirehoseDetails: { DeliveryStream: log.destination } }

const wanted = (log: LogDelivery): PendingLogDeliveryConfiguration => ({
  LogType: log.logType,
  DestinationType: log.destinationType,
  DestinationDetails: destinationDetails(log),
  LogFormat: log.logFormat,
})

/** Log deliveries that are in force. */
export const logsShown = (settings: Settings): LogDeliveryConfiguration[] =>
  settings.logs.map((log) => ({ ...wanted(log), Status: 'active' }))

export const pendingLogsShown = (logs: readonly LogDelivery[] | undefined) =>
  logs === undefined ? {} : { LogDeliveryConfigurations: logs.map(wanted) }

export const tlsShown = (tls: Tls) => ({
  TransitEncryptionEnabled: tls !== 'disabled',
  ...(tls === 'disabled' ? {} : { TransitEncryptionMode: tls }),
})

export const pendingTlsShown = (tls: Tls | undefined) => (tls === undefined ? {} : tlsShown(tls))

/** Whether there is a token, and since when; never the token. */
export const authShown = (auth: Auth) => ({
  AuthTokenEnabled: auth.tokens.length > 0,
  ...(auth.tokens.length > 0 && auth.modifiedAtMs !== undefined
    ? { AuthTokenLastModifiedDate: new Date(auth.modifiedAtMs) }
    : {}),
})
