import { installParts, parts } from './local/parts.ts'
import { tellingErrors } from './tell.ts'

/**
 * `npm run tools`: installs what the demo and the tests need, and says what is used. `-- servers` limits it to redis, valkey
 * and memcached, `-- control-plane` to Kubernetes with kubectl and helm.
 */
const say = (line: string) => console.log(line)
const wanted = process.argv.slice(2)

await tellingErrors(async () => {
  if (wanted.length === 0) await installParts(say)
  for (const part of wanted) {
    const install = parts[part as keyof typeof parts]
    if (install === undefined) throw new Error(`there is no part ${part}: there are ${Object.keys(parts).join(', ')}`)
    await install(say)
  }
})
