import type { ProviderView } from './provider-api.ts'

/** Small units end a hundred times a second; a page need not hear of each. */
const paceMs = 100
/** Between two units there may be none for a moment: that is not yet waiting. */
const waitingAfterMs = 400

/** Passes views on at a pace a person can follow; a new state goes out at once. */
export class ViewPacer {
  readonly #pass: (view: ProviderView) => void
  #shown: ProviderView | undefined
  #latest: ProviderView | undefined
  /** Since when there has been no work, as long as that is not yet shown. */
  #idleSinceMs: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(pass: (view: ProviderView) => void) {
    this.#pass = pass
  }

  show(view: ProviderView): void {
    this.#latest = view
    const idle = this.#shown?.state.kind === 'working' && view.state.kind === 'waiting'
    this.#idleSinceMs = idle ? (this.#idleSinceMs ?? performance.now()) : undefined
    if (idle || JSON.stringify(view.state) === JSON.stringify(this.#shown?.state)) this.#flushLater()
    else this.#flush()
  }

  #flushLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#flush()
    }, paceMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const view = this.#latest
    if (!view) return
    if (this.#idleSinceMs !== undefined && performance.now() - this.#idleSinceMs < waitingAfterMs) {
      this.#shown = { ...view, state: { kind: 'working' } }
      this.#flushLater()
    } else {
      this.#shown = view
      this.#latest = undefined
      this.#idleSinceMs = undefined
    }
    this.#pass(this.#shown)
  }
}
