import { mkdirSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import Table from 'cli-table3'
import { measureTrust } from './trust-bench.ts'
import { drawTrust } from './trust-plots.ts'
import { trustColumns, trustReadme, trustRows } from './trust-table.ts'

const folder = new URL('../../../docs/trust/', import.meta.url)

/** Measures, writes the plots and the table into docs/trust, and prints the table, or all figures as JSON. */
export async function benchTrust(
  options: { readonly seeds: number; readonly units: number; readonly json: boolean },
  tell: (line: string) => void,
): Promise<void> {
  const figures = await measureTrust(options, tell)
  mkdirSync(folder, { recursive: true })
  for (const [name, svg] of Object.entries(await drawTrust(figures)))
    writeFileSync(new URL(name, folder), `${svg}\n`)
  const readme = new URL('README.md', folder)
  const config = await resolveConfig(readme)
  writeFileSync(readme, await format(trustReadme(figures), { ...config, parser: 'markdown' }))
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else {
    const table = new Table({ head: [...trustColumns], style: { compact: true } })
    table.push(...trustRows(figures))
    process.stdout.write(`${table.toString()}\nWritten to docs/trust.\n`)
  }
}
