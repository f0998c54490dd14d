import { readdir, readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { type Binding, bindingFromFiles, type Engine, type Values } from './binding.ts'
import { BindingError } from './errors.ts'

const fileNames = [
  'type',
  'uri',
  'url',
  'host',
  'port',
  'username',
  'password',
  'database',
  'tls',
  'certificates',
  'nodes',
  'cluster.nodes',
  'policy.json',
] as const

/**
 * The binding in one folder.
 *
 * @param folder an absolute path, or the name of a folder below `root`
 * @param root the value of SERVICE_BINDING_ROOT
 * @throws BindingError when the folder can't be read or holds no cache
 */
export const readBindingFolder = async (folder: string, root: string | undefined): Promise<Binding> => {
  if (!isAbsolute(folder) && !root) {
    throw new BindingError(`SERVICE_BINDING_ROOT is not set, so the binding "${folder}" must be an absolute path`)
  }
  return bindingFromFiles(await readFiles(isAbsolute(folder) ? folder : join(root ?? '', folder)))
}

/**
 * The only cache below SERVICE_BINDING_ROOT; undefined when there is none. Folders of other types are passed over.
 *
 * @throws BindingError when there are several to choose from
 */
export const findBindingFolder = async (root: string, engine?: Engine): Promise<Binding | undefined> => {
  const types: Readonly<Record<string, Engine>> = { redis: 'redis', valkey: 'redis', memcached: 'memcached' }
  const entries = await readdir(root).catch(() => [])
  const folders = await Promise.all(
    entries
      .filter((name) => !name.startsWith('.'))
      .map(async (name) => ({ name, files: await readFiles(join(root, name)) })),
  )
  const caches = folders.filter(({ files }) => {
    const found = types[files.type ?? '']
    return found !== undefined && (engine === undefined || found === engine)
  })
  if (caches.length > 1) {
    const names = caches.map(({ name }) => name).sort()
    throw new BindingError(`several caches are bound (${names.join(', ')}): set the option binding to one of them`)
  }
  const [only] = caches
  return only && bindingFromFiles(only.files)
}

const readFiles = async (folder: string): Promise<Values> => {
  const pairs = await Promise.all(
    fileNames.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
      return [name, text?.replace(/\r?\n$/, '')] as const
    }),
  )
  return Object.fromEntries(pairs)
}
