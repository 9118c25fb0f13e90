import { spawn } from 'node:child_process'

/**
 * Runs the development chain's node and ends it when our standard input closes, which the kernel does for us
 * however the coordinator ends. The node on its own would outlive a killed parent.
 * Usage: node anvil-watchdog.ts <program> <arguments…>
 */
const [program = '', ...programArguments] = process.argv.slice(2)
const node = spawn(program, programArguments, { stdio: ['ignore', 'inherit', 'inherit'] })
const end = () => node.kill('SIGTERM')
process.stdin.resume()
process.stdin.on('end', end)
process.stdin.on('error', end)
process.on('SIGTERM', end)
node.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
node.on('exit', (code) => process.exit(code ?? 1))
