import { fork, type ChildProcess } from 'node:child_process'
import type { EntryPoint, ResourceBinding } from '#protocol/wgsl/reflection.ts'

/** A module, and one pipeline of it unless `entry` is missing. */
export interface PipelineTrial {
  readonly source: string
  readonly entry?: string
  /** One list of entries for each bind group; their visibility is added. */
  readonly layout: readonly (readonly LayoutSlot[])[]
  readonly constants?: Record<string, number>
}

export type LayoutSlot = Omit<GPUBindGroupLayoutEntry, 'visibility'>

const ANSWER_LIMIT_MS = 60_000

/** Dawn in a child process, without a GPU: says what is wrong with shaders, layouts and pipelines. */
export class NullCompiler {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly string[]>>()
  #lastId = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => {
      const { id, faults } = message as { id: number; faults: readonly string[] }
      this.#waiting.get(id)?.resolve(faults)
      this.#waiting.delete(id)
    })
    child.on('exit', (code, signal) => {
      for (const waiting of this.#waiting.values())
        waiting.reject(new Error(`the null compiler ended (${signal ?? String(code)})`))
    })
  }

  static async start(): Promise<NullCompiler> {
    // Dawn writes every fault to its standard output as well.
    const child = fork(new URL('./null-compiler-program.ts', import.meta.url), {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const compiler = new NullCompiler(child)
    await compiler.#answer(0)
    return compiler
  }

  /** One fault for each trial; empty where there is none. */
  faults(trials: readonly PipelineTrial[]): Promise<readonly string[]> {
    const id = ++this.#lastId
    const answer = this.#answer(id)
    this.#child.send({ id, trials })
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await gone
  }

  async #answer(id: number): Promise<readonly string[]> {
    const waiting = Promise.withResolvers<readonly string[]>()
    this.#waiting.set(id, waiting)
    const alarm = setTimeout(() => {
      waiting.reject(new Error(`the null compiler gave no answer within ${ANSWER_LIMIT_MS} ms`))
      this.#child.kill('SIGKILL')
    }, ANSWER_LIMIT_MS)
    try {
      return await waiting.promise
    } finally {
      clearTimeout(alarm)
    }
  }
}

/** The explicit layout of an entry point, as WebGPU takes it, from the kernel's reflection. */
export function layoutOf(
  { bindings }: Pick<EntryPoint, 'bindings'>,
  more: readonly ExtraSlot[] = [],
): LayoutSlot[][] {
  const layout: LayoutSlot[][] = []
  const put = (group: number, slot: LayoutSlot) => {
    while (layout.length <= group) layout.push([])
    layout[group]?.push(slot)
  }
  for (const each of bindings) put(each.group, slotOf(each))
  for (const { group, ...slot } of more) put(group, slot)
  return layout
}

export type ExtraSlot = LayoutSlot & { readonly group: number }

export function slotOf(resource: ResourceBinding): LayoutSlot {
  const { binding } = resource
  switch (resource.kind) {
    case 'uniform':
      return { binding, buffer: { type: 'uniform', minBindingSize: resource.bytesMin } }
    case 'storage': {
      const type = resource.access === 'read' ? 'read-only-storage' : 'storage'
      return { binding, buffer: { type, minBindingSize: resource.bytesMin } }
    }
    case 'texture': {
      const floats = resource.multisampled ? 'unfilterable-float' : 'float'
      const sampleType = ({ f32: floats, i32: 'sint', u32: 'uint', depth: 'depth' } as const)[resource.sample]
      const { dimension: viewDimension, multisampled } = resource
      return { binding, texture: { sampleType, viewDimension, multisampled } }
    }
    case 'storageTexture': {
      const access = ({ read: 'read-only', write: 'write-only', read_write: 'read-write' } as const)[
        resource.access
      ]
      const format = resource.format as GPUTextureFormat
      return { binding, storageTexture: { access, format, viewDimension: resource.dimension } }
    }
    case 'sampler':
      return { binding, sampler: { type: resource.comparison ? 'comparison' : 'filtering' } }
    case 'externalTexture':
      return { binding, externalTexture: {} }
  }
}
