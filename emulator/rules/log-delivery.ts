import type { LogDeliveryConfigurationRequest } from '@aws-sdk/client-elasticache'
import { invalidCombination, invalidValue } from '../wire/refusal.ts'
import type { LogDelivery } from '../world/settings.ts'

const oneOf = <Word extends string>(field: string, value: string | undefined, words: readonly Word[]): Word => {
  const word = words.find((candidate) => candidate === value)
  if (word === undefined) throw invalidValue(`Invalid ${field}: ${value ?? ''}. Valid values are: ${words.join(', ')}.`)
  return word
}

const deliveryOf = (request: LogDeliveryConfigurationRequest): LogDelivery => {
  const destinationType = oneOf('DestinationType', request.DestinationType, ['cloudwatch-logs', 'kinesis-firehose'])
  const destination =
    destinationType === 'cloudwatch-logs'
      ? request.DestinationDetails?.CloudWatchLogsDetails?.LogGroup
      : request.DestinationDetails?.KinesisFirehoseDetails?.DeliveryStream
  if (!destination) throw invalidCombination(`DestinationDetails must name the destination for ${destinationType}.`)
  return {
    logType: oneOf('LogType', request.LogType, ['slow-log', 'engine-log']),
    logFormat: oneOf('LogFormat', request.LogFormat, ['text', 'json']),
    destinationType,
    destination,
  }
}

/** Log deliveries after a request: at most one for each log type; `Enabled=false` takes one away. */
export const logsAfter = (
  before: readonly LogDelivery[],
  requests: readonly LogDeliveryConfigurationRequest[] | undefined,
): readonly LogDelivery[] => {
  const byType = new Map(before.map((delivery) => [delivery.logType, delivery]))
  const seen = new Set<string>()
  for (const request of requests ?? []) {
    const logType = oneOf('LogType', request.LogType, ['slow-log', 'engine-log'])
    if (seen.has(logType)) throw invalidCombination(`LogType ${logType} is given twice.`)
    seen.add(logType)
    if (request.Enabled === false) byType.delete(logType)
    else byType.set(logType, deliveryOf(request))
  }
  return [...byType.values()].toSorted((left, right) => left.logType.localeCompare(right.logType))
}
