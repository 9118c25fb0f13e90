import { assert } from '#protocol/assert.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { OverrideValues } from '#protocol/wgsl/reflection.ts'
import { tileBytes, tileKernel, type TiledEntry } from '#protocol/wgsl/tile.ts'
import { layoutEntriesOf } from './bind-layouts.ts'
import { withDeadline } from './deadline.ts'
import type { JobDevice } from './job-device.ts'
import type { DispatchProgram, JobProgram } from './job-program.ts'
import { compileKernel } from './kernel-module.ts'
import { RunnerError } from './runner-error.ts'

/** A dispatch made ready for given overrides. */
export interface ReadyPipeline {
  /** The same for all pipelines of one entry point with one layout and the same overrides, whole or tiled. */
  readonly kernelKey: string
  readonly pipeline: GPUComputePipeline
  readonly layouts: DispatchLayouts
}

/** A dispatch's bind group layouts by group. */
export interface DispatchLayouts {
  /** Tells them apart from others of the job. */
  readonly key: string
  readonly groups: readonly GPUBindGroupLayout[]
  /** Where the tile goes, in a tiled kernel. */
  readonly tile: { readonly group: number; readonly binding: number } | undefined
  readonly pipeline: GPUPipelineLayout
}

interface Kernel {
  readonly module: GPUShaderModule
  readonly tiled: TiledEntry | undefined
}

/** A manifest can ask for one pipeline a step. */
const pipelinesKeptMax = 512

/** A job's pipelines, made when a step first needs them. */
export class Pipelines {
  readonly #jobDevice: JobDevice
  readonly #program: JobProgram
  readonly #wgsl: string
  readonly #compileMsMax: number
  readonly #whole: GPUShaderModule
  readonly #tiled = new Map<string, Promise<Kernel | undefined>>()
  /** By dispatch: those alike share pipelines. */
  readonly #families = new Map<number, string>()
  /** Short names of what dispatches of a family have in common, which is long. */
  readonly #familyNames = new Map<string, string>()
  readonly #layouts = new Map<string, DispatchLayouts>()
  /** In the order of their last use. */
  readonly #pipelines = new Map<string, Promise<ReadyPipeline | undefined>>()

  private constructor(
    jobDevice: JobDevice,
    program: JobProgram,
    wgsl: string,
    compileMsMax: number,
    whole: GPUShaderModule,
  ) {
    this.#jobDevice = jobDevice
    this.#program = program
    this.#wgsl = wgsl
    this.#compileMsMax = compileMsMax
    this.#whole = whole
  }

  /** @throws {RunnerError} `compileFailed` with the compiler's messages, or `hung` when it does not end. */
  static async open(
    jobDevice: JobDevice,
    program: JobProgram,
    wgsl: string,
    compileMsMax: number,
  ): Promise<Pipelines> {
    const compiling = compileKernel(jobDevice, wgsl, program.manifest.name)
    const module = await withDeadline(compiling, compileMsMax, () => stuck(compileMsMax))
    return new Pipelines(jobDevice, program, wgsl, compileMsMax, module)
  }

  /** @throws {RunnerError} `invalidJob`, `hung` */
  async whole(dispatch: DispatchProgram, overrides: OverrideValues): Promise<ReadyPipeline> {
    const kernel = { module: this.#whole, tiled: undefined }
    const ready = await this.#kept(`whole ${this.#keyOf(dispatch, overrides)}`, () =>
      this.#make(dispatch, overrides, kernel),
    )
    assert(ready, 'a whole kernel has a pipeline')
    return ready
  }

  /** The pipeline that runs a tile, or undefined for a kernel that cannot be tiled. */
  tiled(dispatch: DispatchProgram, overrides: OverrideValues): Promise<ReadyPipeline | undefined> {
    return this.#kept(`tiled ${this.#keyOf(dispatch, overrides)}`, async () => {
      const kernel = await this.#tiledKernel(dispatch.entry.name)
      if (!kernel) return undefined
      try {
        return await this.#make(dispatch, overrides, kernel)
      } catch (error) {
        // One uniform more than a device has, perhaps: it still runs whole.
        if (error instanceof RunnerError && error.code === 'invalidJob') return undefined
        throw error
      }
    })
  }

  #kept(key: string, make: () => Promise<ReadyPipeline | undefined>): Promise<ReadyPipeline | undefined> {
    const pipeline = this.#pipelines.get(key) ?? make()
    this.#pipelines.delete(key)
    this.#pipelines.set(key, pipeline)
    if (this.#pipelines.size > pipelinesKeptMax) {
      const [oldest] = this.#pipelines.keys()
      if (oldest !== undefined) this.#pipelines.delete(oldest)
    }
    return pipeline
  }

  #tiledKernel(entry: string): Promise<Kernel | undefined> {
    const known = this.#tiled.get(entry)
    if (known) return known
    const kernel = this.#tile(entry)
    this.#tiled.set(entry, kernel)
    return kernel
  }

  async #tile(entry: string): Promise<Kernel | undefined> {
    try {
      const { source, entries } = tileKernel(this.#wgsl, this.#program.reflection, [entry])
      const compiling = compileKernel(this.#jobDevice, source, `${entry} tiled`)
      return { module: await this.#inTime(compiling), tiled: entries[0] }
    } catch (error) {
      if (error instanceof Refusal || (error instanceof RunnerError && error.code === 'compileFailed'))
        return undefined
      throw error
    }
  }

  async #make(
    dispatch: DispatchProgram,
    overrides: OverrideValues,
    { module, tiled }: Kernel,
  ): Promise<ReadyPipeline> {
    const { device } = this.#jobDevice
    const { name } = dispatch.entry
    const layouts = await this.#layoutsFor(dispatch, tiled)
    const constants = Object.fromEntries(
      dispatch.overrides.map(({ declaration }) => [
        declaration.id === undefined ? declaration.name : String(declaration.id),
        overrides[declaration.name] ?? 0,
      ]),
    )
    const making = this.#jobDevice.checked(`The entry point "${name}"`, () => {
      const entryPoint = tiled?.entry ?? name
      const compute = { module, entryPoint, constants }
      return device.createComputePipelineAsync({ label: name, layout: layouts.pipeline, compute })
    })
    return { kernelKey: this.#keyOf(dispatch, overrides), pipeline: await this.#inTime(making), layouts }
  }

  async #layoutsFor(dispatch: DispatchProgram, tiled: TiledEntry | undefined): Promise<DispatchLayouts> {
    const key = `${tiled ? 'tiled' : 'whole'} ${this.#familyOf(dispatch)}`
    const known = this.#layouts.get(key)
    if (known) return known
    const { device } = this.#jobDevice
    const entries = this.#entriesOf(dispatch)
    if (tiled) addTile(entries, tiled)
    const label = dispatch.entry.name
    const layouts = await this.#jobDevice.checked(`The bindings of "${label}"`, () => {
      const groups = entries.map((group) => device.createBindGroupLayout({ label, entries: group }))
      return {
        key,
        groups,
        tile: tiled,
        pipeline: device.createPipelineLayout({ label, bindGroupLayouts: groups }),
      }
    })
    this.#layouts.set(key, layouts)
    return layouts
  }

  #entriesOf(dispatch: DispatchProgram): GPUBindGroupLayoutEntry[][] {
    const float32Filterable = this.#jobDevice.device.features.has('float32-filterable')
    return layoutEntriesOf(this.#program, dispatch, { float32Filterable })
  }

  #familyOf(dispatch: DispatchProgram): string {
    const known = this.#families.get(dispatch.number)
    if (known !== undefined) return known
    const alike = `${dispatch.entry.name} ${JSON.stringify(this.#entriesOf(dispatch))}`
    const family = this.#familyNames.get(alike) ?? `${dispatch.entry.name}#${this.#familyNames.size}`
    this.#familyNames.set(alike, family)
    this.#families.set(dispatch.number, family)
    return family
  }

  #keyOf(dispatch: DispatchProgram, overrides: OverrideValues): string {
    return `${this.#familyOf(dispatch)} ${JSON.stringify(overrides)}`
  }

  #inTime<T>(compiling: Promise<T>): Promise<T> {
    return withDeadline(compiling, this.#compileMsMax, () => stuck(this.#compileMsMax))
  }
}

function addTile(groups: GPUBindGroupLayoutEntry[][], { group, binding }: TiledEntry): void {
  while (groups.length <= group) groups.push([])
  groups[group]?.push({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: tileBytes },
  })
}

function stuck(limitMs: number): RunnerError {
  return new RunnerError('hung', `The kernel does not compile within ${limitMs} ms.`)
}
