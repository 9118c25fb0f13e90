import type { Page } from 'playwright'

/** What everything on the page must satisfy, measured in the browser. */
export interface Audit {
  /** Texts whose contrast with their background is below WCAG AA, with the ratio. */
  readonly faintTexts: readonly string[]
  /** Buttons smaller than 44 × 44 px. */
  readonly smallButtons: readonly string[]
  /** How far the page reaches beyond the window, in px. */
  readonly overflowPx: number
}

export function auditPage(page: Page): Promise<Audit> {
  return page.evaluate(measure)
}

/** Runs inside the page: it may use nothing from outside itself. */
function measure(): Audit {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const context = canvas.getContext('2d', { willReadFrequently: true })

  const bytesOf = (colour: string): number[] => {
    if (!context) throw new Error('no 2d canvas')
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = colour
    context.fillRect(0, 0, 1, 1)
    return [...context.getImageData(0, 0, 1, 1).data]
  }
  /** Relative luminance, WCAG 2.2. */
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = bytesOf(colour).map((byte) => {
      const share = byte / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const backgroundOf = (element: Element): string => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor
      if (bytesOf(colour)[3] === 255) return colour
    }
    return 'white'
  }
  const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
  const isLarge = (style: CSSStyleDeclaration) => {
    const sizePx = Number.parseFloat(style.fontSize)
    return sizePx >= 24 || (sizePx >= 18.66 && Number(style.fontWeight) >= 700)
  }

  const withText = [...document.querySelectorAll('body *')].filter(
    (element) =>
      element.checkVisibility() &&
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim()),
  )
  const faintTexts = withText.flatMap((element) => {
    const style = getComputedStyle(element)
    const ratio = contrast(luminance(style.color), luminance(backgroundOf(element)))
    return ratio >= (isLarge(style) ? 3 : 4.5) ? [] : [`${ratio.toFixed(2)} ${element.textContent.trim()}`]
  })
  const smallButtons = [...document.querySelectorAll('button')]
    .filter((button) => button.checkVisibility())
    .filter((button) => button.offsetWidth < 44 || button.offsetHeight < 44)
    .map((button) => button.textContent.trim())
  return { faintTexts, smallButtons, overflowPx: document.documentElement.scrollWidth - innerWidth }
}
