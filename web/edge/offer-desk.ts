import { toJson } from '#protocol/frames.ts'
import type { Offer } from '#protocol/offer.ts'
import type { OfferView } from '#web/core/contributor-view.ts'
import type { OfferMaker } from './offer-maker.ts'

/** How often it is looked at whether bytes were downloaded or another day has begun. */
const lookMs = 1_000
/** A going rate moves slowly. */
const rateMs = 60_000

export interface OfferDeskSurroundings {
  readonly maker: Pick<OfferMaker, 'settings' | 'device' | 'bytesToday' | 'offer'>
  /** Undefined where nobody knows it. */
  fetchGoingRate(): Promise<bigint | undefined>
  /** Called when the view is another one than before. */
  showOffer(view: OfferView): void
  /** Called when the offer is another one than before. */
  stateOffer(offer: Offer): void
}

/** Keeps page and session up to date on what is offered, from `open` to the worker's end. */
export class OfferDesk {
  readonly #around: OfferDeskSurroundings
  #goingRateWeiPerHour: bigint | undefined
  #shown = ''
  #stated = ''

  constructor(around: OfferDeskSurroundings) {
    this.#around = around
  }

  open(): void {
    setInterval(() => {
      this.look()
    }, lookMs)
    setInterval(() => {
      void this.#askRate()
    }, rateMs)
    void this.#askRate()
    this.look()
  }

  /** Tells whoever does not know it yet how the offer stands. */
  look(): void {
    const { settings, device, bytesToday, offer } = this.#around.maker
    const goingRateWeiPerHour = this.#goingRateWeiPerHour
    const view: OfferView = { settings, speed: device?.speed, bytesToday, goingRateWeiPerHour }
    const text = toJson(view)
    if (text !== this.#shown) this.#around.showOffer(view)
    this.#shown = text
    const offerText = toJson(offer ?? '')
    if (offer && offerText !== this.#stated) this.#around.stateOffer(offer)
    this.#stated = offerText
  }

  async #askRate(): Promise<void> {
    this.#goingRateWeiPerHour = await this.#around.fetchGoingRate()
    this.look()
  }
}
