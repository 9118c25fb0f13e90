// Runs forge on this folder with the arguments given: node contracts/run-forge.ts test --match-test Refund
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { foundryBinary } from './foundry-binary.ts'

if (process.platform === 'win32') {
  // forge starts solc-wrapper.mjs by its first line, which Windows does not read.
  stop('forge tests need Linux or macOS. Next: run them inside WSL.')
}

try {
  const forge = spawn(foundryBinary('forge'), process.argv.slice(2), {
    cwd: import.meta.dirname,
    env: { ...process.env, FOUNDRY_REMAPPINGS: `@openzeppelin/contracts/=${openZeppelin()}/` },
    stdio: 'inherit',
  })
  forge.on('error', (error) => {
    stop(
      `forge did not start: ${error.message}. Next: see whether it runs at all on this system (on Linux, glibc 2.35).`,
    )
  })
  process.on('SIGTERM', () => forge.kill())
  forge.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
} catch (error) {
  stop(error instanceof Error ? error.message : String(error))
}

/** Absolute, because forge names a file outside its root once relatively and once absolutely, and solc sees two. */
function openZeppelin(): string {
  return dirname(createRequire(import.meta.url).resolve('@openzeppelin/contracts/package.json'))
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
