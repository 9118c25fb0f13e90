import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import type { Manifest } from '#protocol/manifest.ts'
import type { CompilerMessage } from '#web/edge/runner/runner-error.ts'
import type { RunnerOptions } from '#web/edge/runner/runner.ts'

export interface ChildJob {
  readonly key: string
  readonly manifest: Manifest
  readonly wgsl: string
  readonly inputs: Readonly<Record<string, Uint8Array>>
}

export type ChildRequest = { readonly id: number; readonly options: RunnerOptions } & (
  | { readonly kind: 'describe' | 'close' | 'devices' }
  | { readonly kind: 'run'; readonly job: ChildJob; readonly unit: number }
)

export interface ChildFailure {
  readonly code: string
  readonly message: string
  readonly compiler: readonly CompilerMessage[]
}

export type ChildReply = { readonly id: number } & (
  { readonly value: unknown } | { readonly failure: ChildFailure }
)

/** Where Chromium packages put SwiftShader's driver manifest. */
const swiftShaderManifest = [
  process.env.VK_ICD_FILENAMES,
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
].find((path) => path !== undefined && existsSync(path))

/** Whether this machine has a Vulkan driver that Dawn can be given. */
export const hasDriver = swiftShaderManifest !== undefined

/** The production runner in a child process, over Dawn and a software driver. */
export class RunnerChild {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #lastId = 0

  constructor() {
    const manifest = swiftShaderManifest ?? ''
    this.#process = fork(new URL('./runner-child-program.ts', import.meta.url), {
      serialization: 'advanced',
      execArgv: [],
      env: {
        ...process.env,
        VK_ICD_FILENAMES: manifest,
        LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, dirname(manifest)].filter(Boolean).join(delimiter),
      },
    })
    this.#process.on('message', (reply) => {
      this.#settle(reply as ChildReply)
    })
    this.#process.on('exit', () => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error('the runner child ended'))
    })
  }

  async run(job: ChildJob, unit: number, options: Partial<RunnerOptions> = {}): Promise<Uint8Array> {
    const bytes = await this.#ask({ kind: 'run', job, unit }, options)
    // Copied, because bytes arrive at odd offsets.
    return (bytes as Uint8Array).slice()
  }

  async describe(options: Partial<RunnerOptions> = {}): Promise<string> {
    return (await this.#ask({ kind: 'describe' }, options)) as string
  }

  async closeRunner(options: Partial<RunnerOptions> = {}): Promise<void> {
    await this.#ask({ kind: 'close' }, options)
  }

  async devices(): Promise<{ opened: number; destroyed: number }> {
    return (await this.#ask({ kind: 'devices' }, {})) as { opened: number; destroyed: number }
  }

  /** Ends the child, whatever it is doing: a hung kernel cannot be called back. */
  end(): void {
    this.#process.kill('SIGKILL')
  }

  #ask(
    request: { kind: 'describe' | 'close' | 'devices' } | { kind: 'run'; job: ChildJob; unit: number },
    options: Partial<RunnerOptions>,
  ): Promise<unknown> {
    const id = ++this.#lastId
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(id, waiting)
    this.#process.send({ ...request, id, options: { allowSoftwareAdapter: true, ...options } })
    return waiting.promise
  }

  #settle(reply: ChildReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('failure' in reply) waiting?.reject(Object.assign(new Error(reply.failure.message), reply.failure))
    else waiting?.resolve(reply.value)
  }
}
