import { Command, InvalidArgumentError, Option } from 'commander'
import { type LogLevel, logLevels } from './log.ts'

/** Everything that the operator is told from outside: flags, or the environment variables named beside them. */
export interface Config {
  /**
   * This Kubernetes cluster's name: part of every id and owner tag in AWS. Undefined: made from the uid of kube-system, so that no
   * two clusters have the same by accident.
   */
  readonly clusterName: string | undefined
  readonly region: string
  /** A kubeconfig file; undefined inside a cluster. */
  readonly kubeconfig: string | undefined
  readonly leaderElect: boolean
  readonly leaseNamespace: string
  /** Workers that run at once. */
  readonly workers: number
  /** Requests to AWS a second, in the long run. */
  readonly awsRate: number
  /** Between two looks at AWS while nothing is waited for: how long a change made by others can stay unseen. */
  readonly pollIntervalSeconds: number
  readonly listenHost: string
  readonly listenPort: number
  readonly logLevel: LogLevel
}

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
    }
    return value
  }

/** AWS ids start with it, so it must start like an id. */
const clusterName = (text: string): string => {
  if (text === '') return text
  if (!/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/.test(text)) {
    throw new InvalidArgumentError(
      'It must be 1 to 20 lower-case letters, digits and hyphens, and start with a letter.',
    )
  }
  return text
}

/** A flag that takes a word, so that an environment variable can say no as well as yes. Empty is as good as not set. */
const yesOrNo =
  (otherwise: boolean) =>
  (text: string): boolean => {
    switch (text.trim().toLowerCase()) {
      case '':
        return otherwise
      case 'true':
      case '1':
      case 'yes':
        return true
      case 'false':
      case '0':
      case 'no':
        return false
      default:
        throw new InvalidArgumentError('It must be true or false.')
    }
  }

const address = (text: string): { host: string; port: number } => {
  const [, host = '', port = ''] = /^(.*):([0-9]+)$/.exec(text) ?? []
  if (port === '') throw new InvalidArgumentError('It must be host:port or :port.')
  return { host: host === '' ? '0.0.0.0' : host, port: whole(0, 65535)(port) }
}

const option = (flags: string, env: string, description: string) => new Option(flags, description).env(env)

/** Reads flags and environment. Prints help and ends the process on --help, or on what can't be right, naming it. */
export const readConfig = (version: string, args: readonly string[], env: NodeJS.ProcessEnv): Config => {
  const command = new Command('larder')
    .description('Keeps cache clusters in AWS ElastiCache as Kubernetes objects ask for them.')
    .version(version)
    // Commander's guesses come on a line of their own; what ends a process should be one line in its log.
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`) })
    .addOption(
      option(
        '--cluster-name <name>',
        'LARDER_CLUSTER_NAME',
        'name of this Kubernetes cluster, part of ids in AWS; never change it ' +
          "(default: k and the first 7 hex digits of the kube-system namespace's uid)",
      ).argParser(clusterName),
    )
    .addOption(option('--region <region>', 'AWS_REGION', 'AWS region of the caches').default(env.AWS_DEFAULT_REGION))
    .addOption(option('--kubeconfig <file>', 'KUBECONFIG', 'kubeconfig file; not needed inside a cluster'))
    .addOption(
      option(
        '--leader-elect [true|false]',
        'LARDER_LEADER_ELECT',
        'take part in the election of one leader; false is for one replica only',
      )
        .default(true)
        .preset('true')
        .argParser(yesOrNo(true)),
    )
    .addOption(
      option('--lease-namespace <namespace>', 'POD_NAMESPACE', 'namespace of the lease').default('larder-system'),
    )
    .addOption(
      option('--workers <count>', 'LARDER_WORKERS', 'reconciles that run at once').default(16).argParser(whole(1, 256)),
    )
    .addOption(
      option('--aws-rate <count>', 'LARDER_AWS_RATE', 'requests to AWS a second').default(15).argParser(whole(1, 1000)),
    )
    .addOption(
      option(
        '--poll-interval <seconds>',
        'LARDER_POLL_INTERVAL',
        'between two looks at AWS while nothing is waited for',
      )
        .default(60)
        .argParser(whole(5, 300)),
    )
    .addOption(
      option('--listen <host:port>', 'LARDER_LISTEN', 'where /metrics, /healthz and /readyz answer')
        .default({ host: '0.0.0.0', port: 8080 }, ':8080')
        .argParser(address),
    )
    .addOption(option('--log-level <level>', 'LARDER_LOG_LEVEL', 'how much to say').choices(logLevels).default('info'))
    .parse([...args], { from: 'user' })
  const options = command.opts()
  const region = options.region || env.AWS_DEFAULT_REGION
  // An empty variable is what a template leaves that had nothing to fill in.
  if (!region) command.error('error: no AWS region: set --region or AWS_REGION')
  return {
    clusterName: options.clusterName || undefined,
    region,
    kubeconfig: options.kubeconfig || undefined,
    leaderElect: options.leaderElect,
    leaseNamespace: options.leaseNamespace,
    workers: options.workers,
    awsRate: options.awsRate,
    pollIntervalSeconds: options.pollInterval,
    listenHost: options.listen.host,
    listenPort: options.listen.port,
    logLevel: options.logLevel,
  }
}
