import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBrowser } from './network/find-browser.ts'

/** `npm test`: contracts by Forge, then everything else by Vitest, and one closing line over both. */
interface Count {
  passed: number
  failed: number
  skipped: number
}

const folder = mkdtempSync(join(tmpdir(), 'mask-tests-'))
try {
  const browser = findBrowser((line) => process.stdout.write(`${line}\n`))
  process.stdout.write(`Browser for the tests: ${browser}\n\nContracts (Forge)\n`)
  const total = sum([runForge(), runVitest(browser)])
  process.stdout.write(
    `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
  )
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function runForge(): Count {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['contracts/run-forge.ts', 'test'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  process.stdout.write(stdout + stderr)
  const found = /(\d+) tests passed, (\d+) failed, (\d+) skipped/.exec(stdout.replaceAll(/\[\d+m/g, ''))
  // No such line: it did not get as far as running tests, which is a failure and never "none".
  if (!found) return { passed: 0, failed: 1, skipped: 0 }
  const [passed = 0, failed = 0, skipped = 0] = found.slice(1).map(Number)
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1), skipped }
}

function runVitest(browser: string): Count {
  const report = join(folder, 'vitest.json')
  const program = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname
  const { status } = spawnSync(
    process.execPath,
    [program, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, MASK_BROWSER: browser },
    },
  )
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      numPendingTests: number
      numFailedTestSuites: number
    }
    const failed = Math.max(counts.numFailedTests, counts.numFailedTestSuites > 0 || status !== 0 ? 1 : 0)
    return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests }
  } catch (error) {
    process.stderr.write(`Vitest left no report: ${String(error)}\n`)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function sum(counts: readonly Count[]): Count {
  return counts.reduce((total, count) => ({
    passed: total.passed + count.passed,
    failed: total.failed + count.failed,
    skipped: total.skipped + count.skipped,
  }))
}
