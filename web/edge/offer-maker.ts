import type { Offer } from '#protocol/offer.ts'
import type { Runner } from '#runner/runner.ts'
import {
  bytesLeft,
  offerOf,
  usualSettings,
  withBytes,
  type DataUse,
  type DeviceOffer,
  type OfferSettings,
} from '#web/core/offer.ts'
import type { OfferStore } from './offer-store.ts'

/** Drivers and browsers change; a day's measurement is fresh enough to greet with. */
const measurementMsMax = 24 * 60 * 60_000

export interface OfferSurroundings {
  readonly store: OfferStore
  readonly runner: Pick<Runner, 'facts' | 'measure'>
  /** Names adapter and browser. */
  readonly device: string
  /** Wall clock, Unix milliseconds. */
  nowMs(): number
  /** The day of the contributor's calendar. */
  today(): string
  /** The offer may be another from now on: settings or what is left of the cap have changed. */
  onChange(): void
}

/** Makes the offer of what is wanted, what the device has, what was measured, and what was downloaded today. */
export class OfferMaker {
  readonly #around: OfferSurroundings
  #settings: OfferSettings
  #use: DataUse
  #device: DeviceOffer | undefined
  #keepingUse = false

  private constructor(around: OfferSurroundings, settings: OfferSettings, use: DataUse) {
    this.#around = around
    this.#settings = settings
    this.#use = use
  }

  /** @param settings what the contributor wants now; without it, what was kept. */
  static async open(around: OfferSurroundings, settings: OfferSettings | undefined): Promise<OfferMaker> {
    const { store } = around
    const kept = settings ?? (await store.settings().catch(nothing))
    const use = await store.dataUse().catch(nothing)
    const maker = new OfferMaker(around, kept ?? usualSettings, use ?? { day: around.today(), bytes: 0 })
    if (settings) store.keepSettings(settings).catch(nothing)
    return maker
  }

  get settings(): OfferSettings {
    return this.#settings
  }

  /** Undefined until it is measured. */
  get device(): DeviceOffer | undefined {
    return this.#device
  }

  get bytesToday(): number {
    return withBytes(this.#use, this.#around.today(), 0).bytes
  }

  /** The offer as it stands; undefined until `make` has measured. */
  get offer(): Offer | undefined {
    return this.#device && offerOf(this.#settings, this.#device, this.bytesToday)
  }

  /**
   * Measures the device, unless that was done within the last day.
   *
   * @throws {RunnerError} as `Runner.measure`
   */
  async make(): Promise<Offer> {
    const { store, runner, device } = this.#around
    const nowMs = this.#around.nowMs()
    const facts = await runner.facts()
    const kept = await store.measurement().catch(nothing)
    const ageMs = nowMs - (kept?.measuredAtMs ?? 0)
    const fresh = kept?.device === device && ageMs >= 0 && ageMs < measurementMsMax
    const { speed, numericClass } = fresh ? kept : await runner.measure()
    if (!fresh) store.keepMeasurement({ speed, numericClass, device, measuredAtMs: nowMs }).catch(nothing)
    this.#device = { ...facts, speed, numericClass }
    return offerOf(this.#settings, this.#device, this.bytesToday)
  }

  /** What the contributor wants from now on. */
  want(settings: OfferSettings): void {
    this.#settings = settings
    this.#around.store.keepSettings(settings).catch(nothing)
    this.#around.onChange()
  }

  /** Bytes are about to be downloaded. @throws {Error} where the day's cap leaves none. */
  mayDownload(): void {
    if (bytesLeft(this.#settings, this.bytesToday) <= 0) throw capUsedUp()
  }

  /** Bytes have been downloaded. @throws {Error} when that was more than the cap left. */
  download(bytes: number): void {
    const left = bytesLeft(this.#settings, this.bytesToday)
    const stated = this.offer?.dataBytesMax
    this.#use = withBytes(this.#use, this.#around.today(), bytes)
    void this.#keepUse()
    if (this.offer?.dataBytesMax !== stated) this.#around.onChange()
    if (bytes > left) throw capUsedUp()
  }

  /** One write at a time, because bytes come faster than a database takes them. */
  async #keepUse(): Promise<void> {
    if (this.#keepingUse) return
    this.#keepingUse = true
    let kept: DataUse | undefined
    while (kept !== this.#use) {
      kept = this.#use
      await this.#around.store.keepDataUse(kept).catch(nothing)
    }
    this.#keepingUse = false
  }
}

function capUsedUp(): Error {
  return new Error('The contributor’s data cap for today is used up.')
}

/** A browser that keeps nothing measures and asks anew the next time. */
function nothing(): undefined {
  return undefined
}
