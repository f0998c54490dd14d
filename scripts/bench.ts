import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openGuard } from '../controlplane/guard.ts'
import { burstOfCreates, burstOfDeletes, stalled } from './bench/bursts.ts'
import { type Figure, tableOf } from './bench/figures.ts'
import { imageSettings } from './bench/image.ts'
import { connect } from './bench/kube.ts'
import { secretDelay } from './bench/secret-delay.ts'
import { drain, fill, idle, type Stage, settled } from './bench/stages.ts'
import { startWorld } from './local/world.ts'
import { tellingErrors } from './tell.ts'
import './build.ts'

/**
 * `make bench`: what the operator costs and how fast it is, against a real control plane and the emulator, as its own
 * process with the image's flags. Targets are shown beside the figures; missing one is no failure.
 */
const usage = `usage: npm run bench -- [--quick] [--part NAME]...

  --quick      about 8 minutes: 300 objects in place of 1,000, one settled minute, no 10,000 objects
  --part NAME  only this part: secret, thousand or many; may be repeated`

interface Part {
  readonly name: string
  readonly emulator: readonly string[]
  readonly stages: readonly Stage[]
}

const secretStage =
  (creates: number): Stage =>
  ({ world, kube, say }) => {
    say(`${creates} creates, one after the other`)
    return secretDelay(world, kube, creates)
  }

const fast = ['--nodes', 'none', '--profile', 'fast']
const instant = ['--nodes', 'none', '--profile', 'instant', '--quota', 'nodesPerRegion=100000']

const fastAndMany = [...fast, '--quota', 'nodesPerRegion=100000']

/** The life of a thousand: made at once, at rest, one more that is refused, deleted at once. */
const thousand = (count: number, idleSeconds: number, settledSeconds: number, stalledMinutes: number) => [
  idle(idleSeconds),
  burstOfCreates(count),
  settled(count, settledSeconds),
  stalled(stalledMinutes),
  burstOfDeletes(count),
]

const quickParts: readonly Part[] = [
  { name: 'secret', emulator: fast, stages: [secretStage(5)] },
  { name: 'thousand', emulator: fastAndMany, stages: thousand(300, 15, 60, 1) },
]

const fullParts: readonly Part[] = [
  { name: 'secret', emulator: fast, stages: [secretStage(10)] },
  { name: 'thousand', emulator: fastAndMany, stages: thousand(1000, 60, 180, 3) },
  { name: 'many', emulator: instant, stages: [drain(4000), fill(4000, 10_000), settled(10_000, 120)] },
]

const image = imageSettings()
const begunMs = performance.now()
const say = (line: string) => console.log(`${((performance.now() - begunMs) / 1000).toFixed(0).padStart(5)} s  ${line}`)

const run = async ({ name, emulator, stages }: Part): Promise<readonly Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-bench-'))
  const guard = openGuard()
  guard.holdPath(folder)
  say(`Part ${name}`)
  const world = await startWorld({
    folder: join(folder, 'world'),
    say,
    emulator,
    operatorNode: image.nodeFlags,
    operatorEnv: image.env,
  })
  const kube = await connect(world.kubeconfig)
  const figures: Figure[] = []
  try {
    for (const stage of stages) {
      const found = await stage({ world, kube, say })
      for (const { what, measured } of found) say(`  ${what}: ${measured}`)
      figures.push(...found)
    }
  } catch (error) {
    // What was measured before still counts: an operator that ends is a figure too.
    const [why] = String(error).split('\n')
    say(`Part ${name} broke off: ${String(error)}`)
    figures.push({ what: `part ${name}`, target: 'runs to its end', measured: `broke off: ${why}` })
  } finally {
    await kube.close()
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
    await guard.close()
  }
  return figures
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    part: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
} else {
  await tellingErrors(async () => {
    const parts = (values.quick ? quickParts : fullParts).filter(
      ({ name }) => values.part === undefined || values.part.includes(name),
    )
    const figures: Figure[] = []
    for (const part of parts) figures.push(...(await run(part)))
    const memoryGb = Math.round(totalmem() / 1024 ** 3)
    console.log(
      `\n${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memoryGb} GB, Node ${process.version}`,
    )
    console.log(`node ${image.nodeFlags.join(' ')}, ${JSON.stringify(image.env)}`)
    console.log(`${values.quick ? 'A quick run' : 'A full run'} of parts ${parts.map(({ name }) => name).join(', ')}\n`)
    console.log(tableOf(figures))
  })
}
