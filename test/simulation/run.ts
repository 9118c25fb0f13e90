import { parseArgs } from 'node:util'
import { toJson } from '#protocol/frames.ts'
import { simulate } from './simulate.ts'

/** `npm run sim -- --seed 7 [--units 200] [--json]`: one simulated job, replayed by its seed. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    units: { type: 'string', default: '40' },
    json: { type: 'boolean' },
  },
})
const seed = Number(values.seed)
const unitCount = Number(values.units)
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(unitCount) || unitCount < 1) {
  process.stderr.write(
    'sim: --seed and --units must be whole numbers, --units at least 1. Example: npm run sim -- --seed 7 --units 200\n',
  )
  process.exit(2)
}
const report = simulate({ seed, unitCount })
if (values.json) process.stdout.write(`${toJson(report)}\n`)
else
  for (const [name, value] of Object.entries(report))
    process.stdout.write(`${name.padEnd(16)} ${String(value)}\n`)
