import { spawn } from 'node:child_process'

const program = new URL('../../client/bin/mask.js', import.meta.url).pathname

export interface CommandOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the `mask` command as a user would. `show` passes its progress on to our own standard error. */
export function runMask(
  commandArguments: readonly string[],
  options: { show?: boolean; environment?: Record<string, string> } = {},
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [program, ...commandArguments], {
    stdio: ['ignore', 'pipe', options.show ? 'inherit' : 'pipe'],
    env: { ...process.env, ...options.environment },
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ code, stdout, stderr })
    })
  })
}
