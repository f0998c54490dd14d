import { readFileSync } from 'node:fs'

const LISTENING = '0A'

/**
 * Ports of an IPv4 address that cannot be bound now, as the kernel lists its listening sockets (proc(5), /proc/net/tcp):
 * those of the address itself and those of every wildcard listener. Empty where the system has no such list.
 */
export function occupiedPorts(host: string): Set<number> {
  const own = host
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()
  const ports = new Set<number>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of read(file).split('\n').slice(1)) {
      const [, local = '', , state] = line.trim().split(/\s+/)
      const [address = '', port = ''] = local.split(':')
      if (state === LISTENING && (address === own || /^0+$/.test(address))) ports.add(Number.parseInt(port, 16))
    }
  }
  return ports
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
