import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'

/** One dispatch: the kernel's text, what is bound to it, and which binding to read back. */
export interface KernelRun {
  readonly wgsl: string
  readonly entry: string
  /** Exactly the bindings that the entry point uses. */
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
  /** The result binding's content, starting at a multiple of four. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** From submit to mapped result, without compilation. */
  readonly durationMs: number
}

/** What the child says: number 0 is "ready" (or why not), the others answer the run of that number. */
export type DawnReply =
  | { readonly id: number; readonly bytes: Uint8Array; readonly durationMs: number }
  | { readonly id: number; readonly refusal: string }

const START_LIMIT_MS = 20_000

/** Where Chromium's packages put the manifest of SwiftShader, a Vulkan driver in software. */
const SWIFTSHADER_MANIFESTS = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
]

/**
 * A child process with a WebGPU device in it (Dawn), for running kernels outside a browser.
 *
 *     await using dawn = await DawnChild.start()
 *     const { bytes } = await dawn.run({ wgsl, entry: 'main', bindings, workgroups: [8, 8, 1], result }, 10_000)
 *
 * The device is the one that `VK_ICD_FILENAMES` leads to, or SwiftShader of an installed Chromium where that is unset.
 * A run that outlives its limit ends the child, and with it every other run: a hung kernel cannot be called back.
 */
export class DawnChild {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<KernelOutcome>>()
  #lastId = 0
  #ended: string | undefined

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (reply) => {
      this.#settle(reply as DawnReply)
    })
    child.on('error', (error) => {
      this.#end(error.message)
    })
    child.on('exit', (code, signal) => {
      this.#end(`the Dawn child ended (${signal ?? String(code)})`)
    })
  }

  /** Rejects where there is no adapter, and says what to do about it. */
  static async start(driver = driverManifest()): Promise<DawnChild> {
    // A machine without a Vulkan loader finds the one that Chromium brings, beside its driver.
    const libraries = [process.env.LD_LIBRARY_PATH, dirname(driver)].filter(Boolean).join(delimiter)
    const child = fork(new URL('./dawn-child-program.ts', import.meta.url), {
      serialization: 'advanced',
      env: { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries },
      // The test runner's own flags (loaders, inspectors) are not the child's.
      execArgv: [],
    })
    const dawn = new DawnChild(child)
    try {
      await dawn.#answer(0, START_LIMIT_MS)
      return dawn
    } catch (error) {
      await dawn[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Compiles (once a kernel), dispatches and reads back. Rejects with the compiler's or the device's message. */
  run(run: KernelRun, limitMs: number): Promise<KernelOutcome> {
    if (this.#ended !== undefined) return Promise.reject(new Error(this.#ended))
    const id = ++this.#lastId
    const answer = this.#answer(id, limitMs)
    this.#child.send({ id, run })
    return answer
  }

  /** Ends the child, whatever it is doing. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    // No gentler signal: a child whose device is hung does not get round to hearing it.
    child.kill('SIGKILL')
    await gone
  }

  async #answer(id: number, limitMs: number): Promise<KernelOutcome> {
    const waiting = Promise.withResolvers<KernelOutcome>()
    this.#waiting.set(id, waiting)
    const alarm = setTimeout(() => {
      this.#end(`the Dawn child gave no answer within ${limitMs} ms and was ended`)
      this.#child.kill('SIGKILL')
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
    else waiting?.resolve({ bytes: new Uint8Array(reply.bytes), durationMs: reply.durationMs })
  }

  #end(why: string) {
    this.#ended ??= why
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(this.#ended))
    this.#waiting.clear()
  }
}

function driverManifest(): string {
  const manifest = process.env.VK_ICD_FILENAMES ?? SWIFTSHADER_MANIFESTS.find((path) => existsSync(path))
  if (manifest) return manifest
  throw new Error('no WebGPU adapter: install Chromium (for its SwiftShader) or set VK_ICD_FILENAMES')
}
