#!/usr/bin/env node
// Plain JavaScript that any Node from 20 on understands: the command itself is TypeScript and needs a Node that runs
// TypeScript unbuilt (22.18 and later). Where the present one does not, the project's own Node takes over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const self = fileURLToPath(import.meta.url)
const takenOver = 'MASK_NODE_TAKEN_OVER'

if (process.features.typescript) {
  await import('../command/main.ts')
} else {
  const runtime = process.env[takenOver] ? undefined : findRuntime(dirname(self))
  if (runtime) takeOver(runtime)
  else explain()
}

/** The `node` package of the project, or of one that this one is installed in. */
function findRuntime(folder) {
  const names = process.platform === 'win32' ? ['node/bin/node.exe'] : ['node/bin/node', '.bin/node']
  for (const name of names) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(candidate)) return candidate
  }
  const parent = dirname(folder)
  return parent === folder ? undefined : findRuntime(parent)
}

function takeOver(runtime) {
  const child = spawn(runtime, [self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [takenOver]: '1' },
  })
  // The child decides what a signal means. It may get one twice, from the terminal and from here, and knows that.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`mask: ${runtime} does not start: ${error.message}\n`)
    explain()
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === 'SIGINT' ? 2 : 15)
  })
}

function explain() {
  process.stderr.write(
    `mask: this is Node ${process.versions.node}; mask needs Node 22.18 or later.\n` +
      `  next: run \`npm install\` in ${join(dirname(self), '..', '..')}, which brings such a Node along, or install one.\n`,
  )
  process.exitCode = 1
}
