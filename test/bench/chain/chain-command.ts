import { mkdirSync, writeFileSync } from 'node:fs'
import Table from 'cli-table3'
import { format, resolveConfig } from 'prettier'
import { chainReadme, gasColumns, gasRows, rootColumns, rootRows, type ChainFigures } from './chain-table.ts'
import { measureGas } from './gas-bench.ts'
import { measureRoots } from './root-bench.ts'

const folder = new URL('../../../docs/chain/', import.meta.url)

/** Measures, writes docs/chain, and prints the tables, or all figures as JSON. */
export async function benchChain(
  options: { readonly json: boolean },
  tell: (line: string) => void,
): Promise<void> {
  tell('Gas, from receipts')
  const gas = await measureGas([100, 10_000])
  tell('Roots, in the worker thread')
  const figures: ChainFigures = { gas, roots: await measureRoots([10_000, 100_000]) }
  mkdirSync(folder, { recursive: true })
  const readme = new URL('README.md', folder)
  const config = await resolveConfig(readme)
  writeFileSync(readme, await format(chainReadme(figures), { ...config, parser: 'markdown' }))
  if (options.json) {
    process.stdout.write(`${JSON.stringify(figures)}\n`)
    return
  }
  const tables = [
    { head: gasColumns, rows: gasRows(figures) },
    { head: rootColumns, rows: rootRows(figures) },
  ]
  for (const { head, rows } of tables) {
    const table = new Table({ head: [...head], style: { compact: true } })
    table.push(...rows)
    process.stdout.write(`${table.toString()}\n`)
  }
  process.stdout.write('Written to docs/chain.\n')
}
