import { parseArgs } from 'node:util'
import { measureRunner, type RunnerFigures } from './runner-bench.ts'

const usage = `Usage: npm run bench -- <what> [--json]

  runner   the network against a bare dispatch loop in the same tab; tiling; the page's main thread (about 3 minutes)
  gpu      matmul, path-tracer and n-body on this machine's adapter, against ceilings measured in the same run

--json prints one object on the last line of standard output.
`
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
})
const [what] = positionals
const tell = (line: string) => process.stderr.write(`${line}\n`)

if (values.help) process.stdout.write(usage)
else if (what === 'runner') {
  const figures = await measureRunner(tell)
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else printRunner(figures)
} else {
  process.stderr.write(usage)
  process.exitCode = 2
}

function printRunner(figures: RunnerFigures): void {
  const { ratios, unitMs, tilingOverhead, leasedToStartedMs, mainThreadBusy, adapter } = figures
  process.stdout.write(`On ${adapter}:\n`)
  console.table(
    Object.entries(ratios).map(([unit, ratio]) => ({
      unit,
      'bare loop, ms': unitMs[unit]?.bare.toFixed(1),
      'through the network, ms': unitMs[unit]?.network.toFixed(1),
      ratio: ratio.toFixed(3),
    })),
  )
  console.table(
    Object.entries(tilingOverhead).map(([submit, ratio]) => ({ submit, 'tiled ÷ whole': ratio.toFixed(3) })),
  )
  process.stdout.write(
    `From a unit's arrival to its kernel's start: ${leasedToStartedMs.toFixed(1)} ms (median)\n` +
      `Main thread busy: ${(100 * mainThreadBusy).toFixed(2)} % of the time while computing\n`,
  )
}
