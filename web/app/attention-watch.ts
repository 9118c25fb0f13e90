import { paceHoldsMs, type Attention } from '#web/core/pace.ts'

/** Signs of a hand on the page; moves too, so that reading along with the pointer counts. */
const inputs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchmove'] as const

/** Tells whenever whether the page is seen or touched changes how hard the GPU may be driven. Stores nothing. */
export function watchAttention(tell: (attention: Attention) => void): void {
  let inputAtMs = performance.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Whether a touch would change nothing, so that hundreds of moves a second cost nothing. */
  let handsOn = false

  const report = () => {
    clearTimeout(timer)
    const attention = {
      visible: document.visibilityState === 'visible',
      sinceInputMs: performance.now() - inputAtMs,
    }
    tell(attention)
    const holdsMs = paceHoldsMs(attention)
    handsOn = attention.visible && attention.sinceInputMs === 0
    if (holdsMs !== undefined)
      timer = setTimeout(() => {
        handsOn = false
        report()
      }, holdsMs)
  }
  const touch = () => {
    inputAtMs = performance.now()
    if (!handsOn) report()
  }
  for (const input of inputs) addEventListener(input, touch, { passive: true, capture: true })
  document.addEventListener('visibilitychange', report)
  report()
}
