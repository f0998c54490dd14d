import { installParts } from './local/parts.ts'

/** `npm run tools`: installs what the demo and the tests need, and says what is used. */
const { tools, servers } = await installParts((line) => console.log(line))
const { redis, valkey, memcached } = servers.versions
console.log(`kubectl and helm: ${tools.binDir}`)
console.log(`redis ${redis}, valkey ${valkey}, memcached ${memcached}: ${servers.binDir}`)
