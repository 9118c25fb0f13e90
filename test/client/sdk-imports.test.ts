import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '..', '..', 'client', 'sdk')

test.each(readdirSync(folder))('[R27] %s runs in browsers too: it knows nothing of Node', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  for (const [, source] of text.matchAll(/from '([^']+)'/g))
    expect(source).toMatch(
      /^(#protocol\/|#client\/sdk\/|#contracts\/artifacts\.ts$|viem$|valibot$|@noble\/hashes\/)/,
    )
  expect(text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '')).not.toMatch(
    /\b(process|Buffer|require|__dirname|setImmediate)\b/,
  )
})
