import { resolveBinaries } from '../emulator/engines/binaries.ts'
import { installParts } from './local/parts.ts'

/**
 * `npm run tools`: installs what the demo and the tests need, and says what is used. `-- servers` limits it to redis, valkey
 * and memcached, which are all that the emulator needs.
 */
const say = (line: string) => console.log(line)
const serversOnly = process.argv.includes('servers')
const parts = serversOnly ? { servers: await resolveBinaries(say) } : await installParts(say)
const { redis, valkey, memcached } = parts.servers.versions
if ('tools' in parts) say(`kubectl and helm: ${parts.tools.binDir}`)
say(`redis ${redis}, valkey ${valkey}, memcached ${memcached}: ${parts.servers.binDir}`)
