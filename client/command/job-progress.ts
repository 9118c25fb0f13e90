import cliProgress from 'cli-progress'
import type { JobView } from '#protocol/api.ts'
import { decidedUnits, stateText, unitsText } from '#client/command/job-text.ts'
import { visible, type Terminal } from '#client/command/terminal.ts'
import { isTrouble, waitingText } from '#client/command/waiting-text.ts'

/** Shows a job while it runs, and while it does not, why. */
export interface JobProgress {
  show(view: JobView): void
  end(): void
}

/** A bar on a terminal, lines now and then elsewhere. `url`: where to go to lend a GPU. */
export function jobProgress(terminal: Terminal, url: string): JobProgress {
  return terminal.interactive ? new BarProgress(terminal, url) : new LineProgress(terminal, url)
}

const barCells = 28

class BarProgress implements JobProgress {
  readonly #bar: cliProgress.SingleBar
  readonly #url: string
  #started = false

  constructor({ stderr, colours }: Terminal, url: string) {
    this.#url = url
    this.#bar = new cliProgress.SingleBar({
      stream: stderr,
      // cli-progress would take over Ctrl-C.
      gracefulExit: false,
      format: (options, { value, total, eta }, { name, bar, units, hint }: Record<string, string>) => {
        // Without a pace yet it is a word or zero.
        const paced = value > 0 && value < total && Number.isFinite(eta) && eta > 0
        const time = paced ? `, about ${cliProgress.Format.TimeFormat(eta, options, 1)} left` : ''
        return `${name ?? ''} ${colours.green(bar ?? '')} ${value}/${total} units${time} ${colours.dim(units ?? '')} ${colours.yellow(hint ?? '')}`
      },
    })
  }

  show(view: JobView): void {
    const hint = visible(waitingText(view, this.#url) ?? '')
    const payload = { name: visible(view.name), bar: barOf(view), units: unitsText(view), hint }
    if (!this.#started) this.#bar.start(view.unitCount, decidedUnits(view), payload)
    this.#started = true
    this.#bar.update(decidedUnits(view), payload)
  }

  end(): void {
    if (this.#started) this.#bar.stop()
  }
}

/** Decided, provisional and other units, as `█▓░`. */
export function barOf(view: JobView): string {
  const cellsOf = (units: number) =>
    view.unitCount === 0 ? 0 : Math.floor((units / view.unitCount) * barCells)
  const decided = cellsOf(decidedUnits(view))
  const computed = cellsOf(decidedUnits(view) + view.units.provisional)
  return '█'.repeat(decided) + '▓'.repeat(computed - decided) + '░'.repeat(barCells - computed)
}

/** In a log: each change of state, and all else at most every ten seconds. */
const lineEveryMs = 10_000

class LineProgress implements JobProgress {
  readonly #terminal: Terminal
  readonly #url: string
  #state = ''
  #units = ''
  #shownMs = 0
  #hint = ''
  #hintedMs = 0

  constructor(terminal: Terminal, url: string) {
    this.#terminal = terminal
    this.#url = url
  }

  show(view: JobView): void {
    const state = stateText(view)
    const units = unitsText(view)
    const due = units !== this.#units && performance.now() - this.#shownMs > lineEveryMs
    if (state !== this.#state || due) {
      this.#terminal.note(`${view.name}: ${state} (${units})`)
      this.#state = state
      this.#units = units
      this.#shownMs = performance.now()
    }
    this.#showHint(view)
  }

  /** At once what calls for somebody to do something; the rest comes and goes with every unit. */
  #showHint(view: JobView): void {
    const hint = waitingText(view, this.#url) ?? ''
    const now = performance.now()
    if (hint === '' || hint === this.#hint) {
      // What has passed for a while is worth saying again.
      if (hint === '' && now - this.#hintedMs > lineEveryMs) this.#hint = ''
      return
    }
    const trouble = view.waiting !== null && isTrouble(view.waiting.reason)
    if (!trouble && now - this.#hintedMs < lineEveryMs) return
    this.#terminal.note(hint)
    this.#hint = hint
    this.#hintedMs = now
  }

  end(): void {
    // Lines need no tidying up.
  }
}
