import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'

/** One dispatch: the kernel's text, what is bound to it, and which binding to read back. */
export interface KernelRun {
  readonly wgsl: string
  readonly entry: string
  readonly bindings: readonly KernelBinding[]
  readonly workgroups: readonly [number, number, number]
  readonly result: { readonly group: number; readonly binding: number }
}

export interface KernelBinding {
  readonly group: number
  readonly binding: number
  readonly kind: 'uniform' | 'storage-read' | 'storage'
  /** The buffer's first content; its length is the buffer's size. */
  readonly bytes: Uint8Array
}

export interface KernelOutcome {
  readonly bytes: Uint8Array
  /** From submit to mapped result, without compilation. */
  readonly durationMs: number
}

/** What the child says: reply 0 is "ready" (or why not), the others answer the request of that number. */
export type DawnReply =
  | { readonly id: number; readonly bytes: Uint8Array; readonly durationMs: number }
  | { readonly id: number; readonly refusal: string }

const START_LIMIT_MS = 20_000

/** Where Chromium packages put SwiftShader's driver manifest. */
const SWIFTSHADER_MANIFESTS = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
  '/snap/chromium/current/usr/lib/chromium-browser/vk_swiftshader_icd.json',
]

/**
 * A child process with a WebGPU device in it (Dawn), for running kernels outside a browser.
 *
 *     await using dawn = await DawnChild.start()
 *     const { bytes } = await dawn.run({ wgsl, entry: 'main', bindings, workgroups: [8, 8, 1], result }, 10_000)
 *
 * A run that outlives its limit ends the child, and with it every later run: a hung kernel cannot be called back.
 * The adapter is whatever `VK_ICD_FILENAMES` leads to; where that is unset, SwiftShader out of an installed Chromium.
 */
export class DawnChild {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<KernelOutcome>>()
  #lastId = 0

  private constructor(child: ChildProcess) {
    this.#process = child
    child.on('message', (reply) => { this.#settle(reply as DawnReply) })
    child.on('error', (error) => { this.#failAll(error.message) })
    child.on('exit', (code, signal) => { this.#failAll(`the Dawn child ended (${signal ?? code ?? 'unknown'})`) })
  }

  static async start(): Promise<DawnChild> {
    const dawn = new DawnChild(
      fork(new URL('./dawn-child-program.ts', import.meta.url), {
        serialization: 'advanced',
        env: { ...process.env, ...driverEnvironment() },
        // The test runner's own flags (loaders, inspectors) are not the child's.
        execArgv: ['--disable-warning=ExperimentalWarning'],
      }),
    )
    await dawn.#expect(0, START_LIMIT_MS)
    return dawn
  }

  /** Compiles (once a kernel), dispatches and reads back. Rejects with the compiler's or the device's message. */
  run(run: KernelRun, limitMs: number): Promise<KernelOutcome> {
    const id = ++this.#lastId
    const outcome = this.#expect(id, limitMs)
    this.#process.send({ id, run })
    return outcome
  }

  /** Ends the child, whatever it is doing. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    // Not SIGTERM: a child waiting on an endless kernel never returns to its event loop.
    child.kill('SIGKILL')
    await gone
  }

  async #expect(id: number, limitMs: number): Promise<KernelOutcome> {
    const waiting = Promise.withResolvers<KernelOutcome>()
    this.#waiting.set(id, waiting)
    const alarm = setTimeout(() => {
      this.#failAll(`the Dawn child gave no answer within ${limitMs} ms and was ended`)
      this.#process.kill('SIGKILL')
    }, limitMs)
    try {
      return await waiting.promise
    } finally {
      clearTimeout(alarm)
    }
  }

  #settle(reply: DawnReply) {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('refusal' in reply) waiting?.reject(new Error(reply.refusal))
    // Copied, because bytes arrive at odd offsets and a Float32Array over them needs multiples of four.
    else waiting?.resolve({ bytes: reply.bytes.slice(), durationMs: reply.durationMs })
  }

  #failAll(why: string) {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(why))
    this.#waiting.clear()
  }
}

/** Which Vulkan driver to load, and where a machine without a Vulkan loader finds the one that Chromium brings. */
function driverEnvironment() {
  const manifest = process.env.VK_ICD_FILENAMES ?? SWIFTSHADER_MANIFESTS.find((path) => existsSync(path))
  if (!manifest) {
    throw new Error('no WebGPU adapter: install Chromium (its SwiftShader is used) or set VK_ICD_FILENAMES')
  }
  const libraries = [process.env.LD_LIBRARY_PATH, dirname(manifest)].filter(Boolean).join(delimiter)
  return { VK_ICD_FILENAMES: manifest, LD_LIBRARY_PATH: libraries }
}
