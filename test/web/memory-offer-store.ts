import type { OfferStore, StoredMeasurement } from '#web/edge/offer-store.ts'
import type { DataUse, OfferSettings } from '#web/core/offer.ts'

/** Keeps an offer's parts for as long as the test runs, or fails at every call. */
export class MemoryOfferStore implements OfferStore {
  kept: { settings?: OfferSettings; dataUse?: DataUse; measurement?: StoredMeasurement } = {}
  failing = false
  /** How often bytes were written. */
  useWrites = 0

  settings = () => this.#read(this.kept.settings)
  dataUse = () => this.#read(this.kept.dataUse)
  measurement = () => this.#read(this.kept.measurement)

  keepSettings = (settings: OfferSettings) => this.#keep({ settings })
  keepDataUse = (dataUse: DataUse) => {
    this.useWrites += 1
    return this.#keep({ dataUse })
  }
  keepMeasurement = (measurement: StoredMeasurement) => this.#keep({ measurement })

  async #read<Part>(part: Part): Promise<Part> {
    await this.#work()
    return part
  }

  async #keep(part: MemoryOfferStore['kept']): Promise<void> {
    await this.#work()
    this.kept = { ...this.kept, ...part }
  }

  #work(): Promise<void> {
    return this.failing ? Promise.reject(new Error('The store is full.')) : Promise.resolve()
  }
}
