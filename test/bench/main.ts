import Table from 'cli-table3'
import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { childEnvironment } from '#runner/dawn/vulkan-environment.ts'
import type { GpuFigures } from './gpu-bench.ts'
import { benchChain } from './chain/chain-command.ts'
import { benchTrust } from './trust/trust-command.ts'
import { measureLog } from './log-throughput.ts'
import { measureRunner, type RunnerFigures } from './runner-bench.ts'

const usage = `Usage: npm run bench -- <what> [--json]

  runner   the network against a bare dispatch loop in the same tab; tiling; the page's main thread (about 3 minutes)
  gpu      matmul, path-tracer and n-body on this machine's adapter, against ceilings measured in the same run
  chain    gas of funding, roots and claims; how long roots take; writes docs/chain (about a minute)
  log      how fast the public log grows and is audited (half a minute)
  trust    verification schemes under cheats, side by side; writes docs/trust (--seeds 20, --units 5e4; about 20 minutes)

--json prints one object on the last line of standard output.
`
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    seeds: { type: 'string', default: '20' },
    units: { type: 'string', default: '5e4' },
    help: { type: 'boolean', short: 'h' },
  },
})
const [what] = positionals
const tell = (line: string) => process.stderr.write(`${line}\n`)

if (values.help) process.stdout.write(usage)
else if (what === 'runner') {
  const figures = await measureRunner(tell)
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else printRunner(figures)
} else if (what === 'gpu') {
  const figures = await measuredByChild()
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else printGpu(figures)
} else if (what === 'chain') {
  await benchChain({ json: values.json === true }, tell)
} else if (what === 'log') {
  const figures = await measureLog(tell)
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else
    process.stdout.write(
      `${figures.entries} entries of ${figures.bytesPerEntry.toFixed(0)} bytes: ${figures.appendedPerSecond.toFixed(0)} a second appended and published, ` +
        `${figures.auditedPerSecond.toFixed(0)} a second audited on one core\n`,
    )
} else if (what === 'trust' && isCount(values.seeds) && isCount(values.units)) {
  const [seeds, units] = [Number(values.seeds), Number(values.units)]
  await benchTrust({ seeds, units, json: values.json === true }, tell)
} else {
  process.stderr.write(usage)
  process.exitCode = 2
}

function isCount(text: string): boolean {
  return Number.isSafeInteger(Number(text)) && Number(text) >= 1
}

function printRunner(figures: RunnerFigures): void {
  const { ratios, unitMs, tilingOverhead, spotCost, leasedToStartedMs, mainThreadBusy, adapter } = figures
  const units = new Table({ head: ['unit', 'bare loop, ms', 'through the network, ms', 'ratio'] })
  for (const [unit, ratio] of Object.entries(ratios)) {
    const { bare = NaN, network = NaN } = unitMs[unit] ?? {}
    units.push([unit, bare.toFixed(1), network.toFixed(1), ratio.toFixed(3)])
  }
  const tiles = new Table({ head: ['submits of', 'tiled ÷ whole'] })
  for (const [submit, ratio] of Object.entries(tilingOverhead)) tiles.push([submit, ratio.toFixed(3)])
  process.stdout.write(
    `On ${adapter}:\n${units.toString()}\n${tiles.toString()}\n` +
      `Two spots of a unit, of its time: ${(100 * spotCost.once).toFixed(1)} %; where a spot takes two runs ${(100 * spotCost.twice).toFixed(1)} %\n` +
      `From a unit's arrival to its kernel's start: ${leasedToStartedMs.toFixed(1)} ms (median)\n` +
      `Main thread busy: ${(100 * mainThreadBusy).toFixed(2)} % of the time while computing\n`,
  )
}

/** Which driver Dawn finds is decided by the environment that its process starts with. */
async function measuredByChild(): Promise<GpuFigures> {
  const child = fork(new URL('./gpu-bench-program.ts', import.meta.url), {
    env: childEnvironment('default'),
    serialization: 'advanced',
  })
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => {
      resolve(figures as GpuFigures)
    })
    child.once('exit', (code) => {
      reject(new Error(`the measurement ended with ${String(code)}`))
    })
  })
}

function printGpu(figures: GpuFigures): void {
  const { adapter, software, ceilingGflops, gflops, shareOfCeiling, runnerRatios } = figures
  const kernels = new Table({ head: ['kernel', 'GFLOP/s', 'of the ceiling'] })
  for (const [name, value] of Object.entries(gflops))
    kernels.push([name, value.toFixed(2), `${(100 * (shareOfCeiling[name] ?? NaN)).toFixed(1)} %`])
  const ratios = new Table({ head: ['unit', 'runner ÷ bare loop'] })
  for (const [unit, ratio] of Object.entries(runnerRatios)) ratios.push([unit, ratio.toFixed(3)])
  process.stdout.write(
    `On ${adapter}${software ? ', which computes on the CPU: no figure of a GPU' : ''}:\n` +
      `Ceiling (fused multiply-adds): ${ceilingGflops.toFixed(1)} GFLOP/s\n${kernels.toString()}\n${ratios.toString()}\n`,
  )
}
