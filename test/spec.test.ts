import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Rules that something else than a test proves, and what. */
const provenElsewhere: Readonly<Record<string, string>> = {
  C1: 'ESLint: no-restricted-globals and no-restricted-properties in eslint.config.js',
  E1: 'the demonstration, which .ci/run starts after the tests',
  R27: 'dependency-cruiser: sdk-runs-in-browsers',
}

const rules = new Set(
  [...readFileSync('docs/SPEC.md', 'utf8').matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map(([, id]) => id),
)
const tests = globSync(['test/**/*.ts', 'contracts/test/**/*.sol', 'coordinator/core/invariants.ts'])
const cited = new Map<string, string>()
for (const file of tests)
  for (const [, id = ''] of readFileSync(file, 'utf8').matchAll(/\[([A-Z]\d+)\]/g)) cited.set(id, file)

describe('docs/SPEC.md and the tests', () => {
  test('every rule that a test cites is written down', () => {
    expect([...cited].filter(([id]) => !rules.has(id))).toEqual([])
  })

  test('every rule that is written down is cited by a test, or proven elsewhere', () => {
    expect([...rules].filter((id) => id !== undefined && !cited.has(id) && !(id in provenElsewhere))).toEqual(
      [],
    )
  })
})
