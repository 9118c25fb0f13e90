import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { link, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { foundryBinary } from '#contracts/foundry-binary.ts'
import { writeFileDurably } from '../durable-file.ts'
import { Failure, systemCodeOf } from '../failure.ts'

const startTimeoutMs = 20_000
const watchdog = new URL('anvil-watchdog.ts', import.meta.url).pathname

/**
 * The embedded development chain: a child process with its state in one snapshot file.
 * Its own `--state` tears when it is killed, so we ask for a dump and replace the file in one step.
 */
export class Anvil {
  readonly url: string
  readonly #child: ChildProcess
  readonly #snapshot: string
  #savedBlock: string | undefined
  #saving: Promise<void> | undefined

  private constructor(url: string, child: ChildProcess, snapshot: string) {
    this.url = url
    this.#child = child
    this.#snapshot = snapshot
  }

  /** Starts the node on a free loopback port and gives it back its state. */
  static async start(options: {
    folder: string
    chainId: number
    onDeath: (reason: string) => void
  }): Promise<{ anvil: Anvil; restored: boolean }> {
    const flags = [
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--chain-id',
      `${options.chainId}`,
      '--accounts',
      '0',
      '--no-cors',
      '--hardfork',
      'prague',
      '--prune-history',
      '--color',
      'never',
    ]
    // In a process group of its own, so that Ctrl-C in a terminal leaves the order of ending to us.
    const child = spawn(process.execPath, [watchdog, anvilProgram(), ...flags], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    // The pipe closes when the node dies; that is told by the exit, not by a write error.
    child.stdin.on('error', () => undefined)
    const port = await listeningPort(child)
    const anvil = new Anvil(`http://127.0.0.1:${port}`, child, join(options.folder, 'state'))
    const restored = await anvil.#restore()
    child.once('exit', (code) => {
      options.onDeath(`the development chain ended with code ${String(code)}`)
    })
    return { anvil, restored }
  }

  /** One JSON-RPC call to the node itself, its own methods included. */
  async call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const answer = (await response.json()) as { result?: unknown; error?: { message: string } }
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result
  }

  /** Makes a block; the node makes one by itself only for a transaction. */
  async mine(): Promise<void> {
    await this.call('evm_mine')
  }

  /** Makes all that the node has done so far survive; at once when nothing is new. */
  async save(): Promise<void> {
    // A save in progress may have read the state before our caller's transaction: wait for it, then look again.
    while (this.#saving) await this.#saving
    this.#saving = this.#saveNow().finally(() => {
      this.#saving = undefined
    })
    await this.#saving
  }

  async #saveNow(): Promise<void> {
    const block = String(await this.call('eth_blockNumber'))
    if (block === this.#savedBlock) return
    const dump = Buffer.from(String(await this.call('anvil_dumpState')).slice(2), 'hex')
    await rm(`${this.#snapshot}.former`, { force: true })
    await link(this.#snapshot, `${this.#snapshot}.former`).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'ENOENT') throw error
    })
    await writeFileDurably(this.#snapshot, dump)
    this.#savedBlock = block
  }

  async #restore(): Promise<boolean> {
    for (const path of [this.#snapshot, `${this.#snapshot}.former`]) {
      const dump = await readFile(path).catch((error: unknown) => {
        if (systemCodeOf(error) === 'ENOENT') return undefined
        throw error
      })
      if (
        dump &&
        (await this.call('anvil_loadState', [`0x${dump.toString('hex')}`]).catch(() => false)) === true
      )
        return true
    }
    return false
  }

  async stop(): Promise<void> {
    this.#child.removeAllListeners('exit')
    await this.save().catch(() => undefined)
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }
}

function anvilProgram(): string {
  try {
    return foundryBinary('anvil')
  } catch (cause) {
    throw new Failure('The embedded development chain is not available here.', {
      next: cause instanceof Error ? cause.message : 'Run npm ci.',
      cause,
    })
  }
}

/** The port on which the node says that it listens. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => {
      child.kill()
      fail('it did not start in time')
    }, startTimeoutMs)
    const fail = (why: string) => {
      clearTimeout(timer)
      reject(
        new Failure(`The development chain did not start: ${why}. ${said.slice(-400).trim()}`.trim(), {
          next: 'It needs a Linux with glibc 2.35 or newer, macOS or Windows.',
        }),
      )
    }
    child.once('error', (error) => {
      fail(error.message)
    })
    child.once('exit', (code) => {
      fail(`it ended with code ${String(code)}`)
    })
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()))
    child.stdout?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-10_000)
      const found = /Listening on 127\.0\.0\.1:(\d+)/.exec(said)
      if (!found) return
      clearTimeout(timer)
      child.removeAllListeners('exit')
      child.stdout?.removeAllListeners('data').resume()
      resolve(Number(found[1]))
    })
  })
}
