import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runDemo } from './demo.ts'
import { reportAsJson, reportAsText } from './summary.ts'

/** `npm run demo [-- --json]`: the whole network on this machine, from an open tab to a paid unit. */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, providers: { type: 'string', default: '2' } },
})
const providerCount = Number(values.providers)
if (!Number.isInteger(providerCount) || providerCount < 2 || providerCount > 8) {
  process.stderr.write('demo: --providers must be a whole number from 2 to 8.\n')
  process.exit(2)
}
try {
  await mkdir('out', { recursive: true })
  const tell = (line: string) => process.stderr.write(`${line}\n`)
  const report = await runDemo({ image: 'out/bunny.png', providerCount, showProgress: true, tell })
  process.stdout.write(values.json ? `${JSON.stringify(reportAsJson(report))}\n` : reportAsText(report))
  process.exitCode = report.ok ? 0 : 1
} catch (error) {
  process.stderr.write(
    `The demonstration failed: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 1
}
