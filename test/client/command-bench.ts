import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach } from 'vitest'
import type { JobId } from '#protocol/ids.ts'
import { aJobJson, aResult, aSpec, someFiles } from '#test/client/a-job.ts'
import { Desk } from '#test/client/command-line.ts'
import { SmallCoordinator, type SmallCoordinatorOptions } from '#test/client/small-coordinator.ts'

/** A desk and, once started, a coordinator, both new for each test of a file. */
export class CommandBench {
  #desk: Desk | undefined
  #coordinator: SmallCoordinator | undefined

  /** To be called once at the top of a test file. */
  static use(): CommandBench {
    const bench = new CommandBench()
    beforeEach(async () => {
      bench.#desk = await Desk.make()
    })
    afterEach(async () => {
      await bench.#desk?.clear()
      await bench.#coordinator?.stop()
      bench.#coordinator = undefined
    })
    return bench
  }

  get desk(): Desk {
    if (!this.#desk) throw new Error('a desk is there within a test only')
    return this.#desk
  }

  get coordinator(): SmallCoordinator {
    if (!this.#coordinator) throw new Error('the test has not started a coordinator')
    return this.#coordinator
  }

  /** A coordinator, and the environment that makes `mask` ask it. */
  async start(options: SmallCoordinatorOptions = {}) {
    this.#coordinator = await SmallCoordinator.start(options)
    return { MASK_URL: this.#coordinator.url }
  }

  /** A job folder on the desk; returns its name. */
  async aJobFolder(json: object = aJobJson(), name = 'squares', files = someFiles()): Promise<string> {
    await mkdir(this.desk.path(name))
    await writeFile(this.desk.path(name, 'job.json'), JSON.stringify(json))
    for (const [file, bytes] of files) await writeFile(this.desk.path(name, file), bytes)
    return name
  }

  /** A job of the coordinator with these units accepted and those failed. */
  async aJob(accepted: readonly number[], failed: readonly number[] = []): Promise<JobId> {
    const { spec, bytes } = aSpec()
    const { id } = this.coordinator.addJob(spec, bytes)
    for (const unit of accepted) await this.coordinator.accept(id, unit, aResult(unit))
    for (const unit of failed) await this.coordinator.move(id, unit, 'failed')
    return id
  }
}

export const sha256 = (bytes: Uint8Array) => `0x${createHash('sha256').update(bytes).digest('hex')}`
