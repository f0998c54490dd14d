import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeEnvFile } from './local/env-file.ts'
import { untilStopped } from './local/stay.ts'
import { startWorld } from './local/world.ts'
import { tellingErrors } from './tell.ts'
import './build.ts'

/** `make local`: a local Kubernetes, a local ElastiCache and the operator, until Ctrl-C. */
const folder = join(import.meta.dirname, '../.local')
const say = (line: string) => console.log(line)

await tellingErrors(async () => {
  const world = await startWorld({ folder, say })
  writeEnvFile(world, join(folder, 'env'))
  say('')
  say('Everything runs. In another terminal:')
  say('  . .local/env')
  say('  kubectl apply -f deploy/samples')
  say('  kubectl wait --for=condition=Ready cachecluster --all --timeout=120s')
  say('  kubectl get larder')
  say(`Logs are in .local/, metrics at ${world.metricsUrl}/metrics, AWS at ${world.awsUrl}. Ctrl-C stops it all.`)
  const why = await untilStopped()
  say(`${why}: stopping`)
  await world.stop()
  rmSync(folder, { recursive: true })
  say('stopped: nothing is left running')
})
