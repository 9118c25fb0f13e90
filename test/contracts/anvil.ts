import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { foundryBinary } from '#contracts/foundry-binary.ts'

/** A chain of one's own on a port that was free, with the ten funded accounts of the well-known test mnemonic. */
export interface Anvil {
  url: string
  stop(): Promise<void>
}

/** Starts anvil and waits until it listens. The caller stops it. */
export async function startAnvil(): Promise<Anvil> {
  const options = ['--port', '0', '--no-cors', '--hardfork', 'prague', '--prune-history', '--color', 'never']
  const anvil = spawn(foundryBinary('anvil'), options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const stopWithUs = () => anvil.kill()
  process.once('exit', stopWithUs)
  const stop = async () => {
    process.off('exit', stopWithUs)
    if (anvil.exitCode !== null || anvil.signalCode !== null) return
    const ended = once(anvil, 'exit')
    anvil.kill()
    await ended
  }
  // Reading goes on after the line we wait for: a full pipe would stop anvil.
  const address = new Promise<string>((resolve, reject) => {
    createInterface(anvil.stdout)
      .on('line', (line) => {
        const found = /^Listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      })
      .on('close', () => {
        reject(new Error('anvil ended before it listened. Next: read its words above.'))
      })
  })
  return { url: `http://${await address}`, stop }
}
