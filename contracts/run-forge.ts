// Runs forge on this folder with the arguments given: node contracts/run-forge.ts test --match-test Refund
// With --long the invariants are played a million times instead of a few thousand.
import { spawn } from 'node:child_process'
import { foundryBinary } from './foundry-binary.ts'
import { openZeppelinFolder } from './open-zeppelin.ts'

if (process.platform === 'win32') {
  // forge starts solc-wrapper.mjs by its first line, which Windows does not read.
  stop('forge tests need Linux or macOS. Next: run them inside WSL.')
}

const forgeArguments = process.argv.slice(2).filter((argument) => argument !== '--long')
const isLong = process.argv.includes('--long')

try {
  const forge = spawn(foundryBinary('forge'), forgeArguments, {
    cwd: import.meta.dirname,
    // Absolute, because forge names a file outside its root once so and once relatively, and solc then sees two.
    env: {
      ...process.env,
      FOUNDRY_REMAPPINGS: `@openzeppelin/contracts/=${openZeppelinFolder}/`,
      ...(isLong && { FOUNDRY_PROFILE: 'long' }),
    },
    stdio: 'inherit',
  })
  forge.on('error', (error) => {
    stop(
      `forge did not start: ${error.message}. Next: on Linux, check for glibc 2.35 or newer (ldd --version).`,
    )
  })
  process.on('SIGTERM', () => forge.kill())
  forge.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
} catch (error) {
  stop(error instanceof Error ? error.message : String(error))
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
