import cliProgress from 'cli-progress'
import type { JobView } from '#protocol/api.ts'
import { decidedUnits, stateText, unitsText } from '#client/command/job-text.ts'
import { visible, type Terminal } from '#client/command/terminal.ts'

/** Shows a job while it runs. */
export interface JobProgress {
  show(view: JobView): void
  /** Something the person should know meanwhile; an empty text takes it back. */
  hint(text: string): void
  end(): void
}

/** A bar on a terminal, lines now and then elsewhere. */
export function jobProgress(terminal: Terminal): JobProgress {
  return terminal.interactive ? new BarProgress(terminal) : new LineProgress(terminal)
}

class BarProgress implements JobProgress {
  readonly #bar: cliProgress.SingleBar
  #started = false
  #hint = ''

  constructor({ stderr, colours }: Terminal) {
    this.#bar = new cliProgress.SingleBar({
      stream: stderr,
      // cli-progress would take over Ctrl-C.
      gracefulExit: false,
      barsize: 28,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      format: (options, { value, total, eta }, { name, units, hint }: Record<string, string>) => {
        const bar = cliProgress.Format.BarFormat(total === 0 ? 0 : value / total, options)
        const time =
          value > 0 && value < total ? `, about ${cliProgress.Format.TimeFormat(eta, options, 1)} left` : ''
        return `${name ?? ''} ${colours.green(bar)} ${value}/${total} units${time} ${colours.dim(units ?? '')} ${colours.yellow(hint ?? '')}`
      },
    })
  }

  show(view: JobView): void {
    const payload = { name: visible(view.name), units: unitsText(view), hint: this.#hint }
    if (!this.#started) this.#bar.start(view.unitCount, decidedUnits(view), payload)
    this.#started = true
    this.#bar.update(decidedUnits(view), payload)
  }

  hint(text: string): void {
    this.#hint = text
    if (this.#started) this.#bar.update({ hint: text })
  }

  end(): void {
    if (this.#started) this.#bar.stop()
  }
}

/** In a log: each change of state, and the units at most every ten seconds. */
const lineEveryMs = 10_000

class LineProgress implements JobProgress {
  readonly #terminal: Terminal
  #state = ''
  #units = ''
  #shownMs = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(view: JobView): void {
    const units = unitsText(view)
    const due = units !== this.#units && performance.now() - this.#shownMs > lineEveryMs
    if (view.state === this.#state && !due) return
    this.#terminal.note(`${view.name}: ${stateText(view)} (${units})`)
    this.#state = view.state
    this.#units = units
    this.#shownMs = performance.now()
  }

  hint(text: string): void {
    if (text !== '') this.#terminal.note(text)
  }

  end(): void {
    // Lines need no tidying up.
  }
}
