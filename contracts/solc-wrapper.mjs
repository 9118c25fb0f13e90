#!/usr/bin/env node
// Makes the compiler from npm look like a native `solc` to forge, which then needs no download.
// Plain JavaScript, because forge starts it with whichever Node is on the path.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const wanted = process.argv.slice(2)

if (wanted.includes('--version')) {
  // From package.json rather than the compiler itself: forge asks often, and loading it takes a second.
  const { version } = require('solc/package.json')
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`)
} else if (wanted.includes('--standard-json')) {
  process.stdout.write(require('solc').compile(readFileSync(0, 'utf8')))
} else {
  process.stderr.write(
    `solc-wrapper: only --version and --standard-json are known, not: ${wanted.join(' ')}\n`,
  )
  process.exitCode = 1
}
