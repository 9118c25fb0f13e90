import { fork } from 'node:child_process'
import type { Kill } from './kill-switch.ts'

/** What a life that was not killed says at its end; sums as text. */
export interface LifeReport {
  readonly kind: 'settled'
  /** How many steps of settling it had. */
  readonly steps: number
  /** Units accepted in all lives so far. */
  readonly accepted: number
  /** What the token says each provider owns. */
  readonly balances: readonly string[]
  /** Claimed, earned, charged by the settlement's word. */
  readonly totals: readonly string[]
  readonly epochs: number
}

export interface Life {
  readonly end: 'settled' | 'killed'
  /** Whether it had told that its unit is accepted. */
  readonly acknowledged: boolean
  readonly report: LifeReport | undefined
}

const program = new URL('settlement-life-program.ts', import.meta.url).pathname
const lifeMsMax = 60_000

/** Lives one life on the data in a folder, to its own end or to that of the kill. @throws Error for any other end */
export function live(folder: string, kill?: Kill): Promise<Life> {
  const child = fork(program, [folder, ...(kill ? [kill.victim, `${kill.step}`] : [])], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  let acknowledged = false
  let report: LifeReport | undefined
  child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2_000)))
  child.on('message', (message: { kind: 'accepted' } | LifeReport) => {
    if (message.kind === 'accepted') acknowledged = true
    else report = message
  })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGTERM'), lifeMsMax)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      // The chain's end ends the coordinator, which says so by its code.
      const killed = signal === 'SIGKILL' || (kill?.victim === 'chain' && code === 3)
      if (killed) resolve({ end: 'killed', acknowledged, report: undefined })
      else if (code === 0 && report) resolve({ end: 'settled', acknowledged, report })
      else
        reject(
          new Error(
            `a life ended with ${String(code ?? signal)}, killed at ${JSON.stringify(kill)}. ${said}`,
          ),
        )
    })
  })
}
