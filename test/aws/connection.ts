import type { CallSeen } from '../../src/aws/client/client.ts'
import { type AwsConnection, connectAws } from '../../src/aws/client/connect.ts'
import { type FakeClock, fakeClock } from '../loop/fake-clock.ts'
import type { FakeWire } from './fake-wire.ts'

export interface LogLine {
  readonly level: 'info' | 'warn'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface Connected extends AwsConnection {
  readonly clock: FakeClock
  readonly calls: CallSeen[]
  readonly lines: LogLine[]
}

/** A connection to a scripted AWS, on a clock that the test moves. */
export const connectedTo = (wire: FakeWire, over: { mayWrite?: () => boolean } = {}): Connected => {
  const clock = fakeClock()
  const calls: CallSeen[] = []
  const lines: LogLine[] = []
  const connection = connectAws({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: wire.requestHandler,
    clock,
    random: () => 0.5,
    mayWrite: () => true,
    observer: { called: (call) => calls.push(call) },
    log: {
      info: (message, fields) => void lines.push({ level: 'info', message, fields }),
      warn: (message, fields) => void lines.push({ level: 'warn', message, fields }),
    },
    ...over,
  })
  return { ...connection, clock, calls, lines }
}

/** Polls until a first picture stands. */
export const pictured = async ({ polling, clock }: Connected): Promise<void> => {
  polling.start()
  while (!polling.polled) await clock.advance(10)
}
