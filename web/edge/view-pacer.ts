import type { ProviderView } from './provider-api.ts'

/** Small units end a hundred times a second; a page need not hear of each. */
const paceMs = 100
/** Between two units there may be none for a moment: that is not yet waiting. */
const waitingAfterMs = 400

/** Passes views on at a pace a person can follow; a new kind of state goes out at once. */
export class ViewPacer {
  readonly #pass: (view: ProviderView) => void
  #shown: ProviderView | undefined
  #latest: ProviderView | undefined
  #pausing = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(pass: (view: ProviderView) => void) {
    this.#pass = pass
  }

  show(view: ProviderView): void {
    const shown = this.#shown?.state.kind
    const pausing = shown === 'working' && view.state.kind === 'waiting'
    const urgent = JSON.stringify(view.state) !== JSON.stringify(this.#shown?.state) && !pausing
    this.#latest = view
    if (urgent) this.#flush()
    else if (!this.#timer || pausing !== this.#pausing) this.#flushAfter(pausing)
  }

  #flushAfter(pausing: boolean): void {
    clearTimeout(this.#timer)
    this.#pausing = pausing
    const waitMs = pausing ? waitingAfterMs : paceMs
    this.#timer = setTimeout(() => {
      this.#flush()
    }, waitMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#latest) return
    this.#shown = this.#latest
    this.#latest = undefined
    this.#pass(this.#shown)
  }
}
