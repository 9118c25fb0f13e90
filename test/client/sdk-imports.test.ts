import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '..', '..', 'client', 'sdk')
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
)

test.each(names)('[R27] %s runs in browsers too: it knows nothing of Node', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const sources = [...text.matchAll(/(?:from |import\()'([^']+)'/g)].map(([, source]) => source)
  for (const source of sources)
    expect(source).toMatch(
      /^(#protocol\/|#client\/sdk\/|#contracts\/artifacts\.ts$|#runner\/(job-source|check-source)\.ts$|viem$|valibot$|vega$|vega-lite$|@noble\/hashes\/)/,
    )
  expect(text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '')).not.toMatch(
    /\b(process|Buffer|require|__dirname|setImmediate)\b/,
  )
})

test('[R27] plots are loaded when something is drawn: they weigh more than all the rest', () => {
  for (const name of names)
    expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/^import (?!type )[^;]*?from 'vega/m)
})
