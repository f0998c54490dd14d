import type { Address, EnginesWanted } from '../engines/port.ts'
import { enginesWanted } from '../world/engines-wanted.ts'
import { fingerprint } from '../world/fingerprint.ts'
import { SERVERLESS, SERVERLESS_READER } from '../world/serverless-keys.ts'
import type { Place, World } from '../world/world.ts'

/** How endpoints are shown: under AWS's names, or as the addresses that can be connected to. */
export type EndpointNames = 'aws' | 'local'

type AddressOf = (key: string, port: number) => Address

const COMPASS: Readonly<Record<string, string>> = {
  northeast: 'ne',
  northwest: 'nw',
  southeast: 'se',
  southwest: 'sw',
}

/** ElastiCache's short name of a region: 'use1' of us-east-1, 'apne1' of ap-northeast-1, 'usgw1' of us-gov-west-1. */
export const shortRegion = (region: string): string => {
  const [area = '', ...rest] = region.split('-')
  const number = rest.pop() ?? ''
  return `${area}${rest.map((word) => COMPASS[word] ?? word.charAt(0)).join('')}${number}`
}

const domainOf = ({ region }: Place): string =>
  `${shortRegion(region)}.cache.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

/** Six letters and digits that are always the same for an id in its account and region. */
const hashOf = ({ account, region }: Place, id: string): string =>
  fingerprint(`${account}/${region}/${id}`).toString(36).padStart(6, '0').slice(-6)

/** The first labels of an address in front of nodes; with transit encryption AWS turns them around. */
const groupLabels = (id: string, hash: string, role: string, secured: boolean): string | undefined => {
  switch (role) {
    case 'primary':
      return secured ? `master.${id}.${hash}` : `${id}.${hash}.ng.0001`
    case 'reader':
      return secured ? `replica.${id}.${hash}` : `${id}-ro.${hash}.ng.0001`
    case 'configuration':
      return secured ? `clustercfg.${id}.${hash}` : `${id}.${hash}.clustercfg`
    default:
      return undefined
  }
}

const clusterLabels = (world: World, id: string, role: string): string | undefined => {
  const cluster = world.clusters.get(id)
  if (!cluster) return undefined
  if (role === 'configuration') return `${id}.${hashOf(world, id)}.cfg`
  const { groupId, settings } = cluster
  const hash = hashOf(world, groupId ?? id)
  return groupId !== undefined && settings.tls !== 'disabled' ? `${id}.${groupId}.${hash}` : `${id}.${hash}.${role}`
}

/** The reader endpoint has the same name, and another port. */
const serverlessName = (world: World, name: string): string | undefined =>
  world.serverlessCaches.has(name) ? `${name}-${hashOf(world, name)}.serverless.${domainOf(world)}` : undefined

/**
 * AWS's name of a node or front key, as its user guides and real endpoints have it; the name of a group's endpoint
 * changes with transit encryption. Undefined for a key of something that the world does not have.
 */
export const awsName = (world: World, key: string): string | undefined => {
  const [, , id = '', role = ''] = key.split('/')
  if (role === SERVERLESS || role === SERVERLESS_READER) return serverlessName(world, id)
  const group = world.groups.get(id)
  const labels = group
    ? groupLabels(id, hashOf(world, id), role, group.settings.tls !== 'disabled')
    : clusterLabels(world, id, role)
  return labels === undefined ? undefined : `${labels}.${domainOf(world)}`
}

/** The address of a key as Describe shows it. The port of an AWS name is the one that was asked for. */
export const addressShown =
  (world: World, names: EndpointNames, address: AddressOf): AddressOf =>
  (key, port) => {
    const name = names === 'aws' ? awsName(world, key) : undefined
    return name === undefined ? address(key, port) : { host: name, port }
  }

/** What is wanted of server processes, with the names under which clients will know them. */
export const namedWanted = (world: World): EnginesWanted => {
  const { nodes, fronts, backups } = enginesWanted(world)
  const named = <One extends { readonly key: string }>(one: One): One => {
    const name = awsName(world, one.key)
    return name === undefined ? one : { ...one, name }
  }
  return { nodes: nodes.map(named), fronts: fronts.map(named), backups }
}

/** Every AWS name of a world, and the address that can be connected to. */
export const namedAddresses = (world: World, address: AddressOf): readonly (readonly [string, Address])[] => {
  const { nodes, fronts } = enginesWanted(world)
  return [...nodes, ...fronts].flatMap(({ key, port }) => {
    const name = awsName(world, key)
    // One name and two ports: only the second is told with its port.
    const told = key.endsWith(`/${SERVERLESS_READER}`) ? `${name}:${port}` : name
    return name === undefined || told === undefined ? [] : [[told, address(key, port)] as const]
  })
}
