import type { Page } from 'playwright'
import { setTimeout as pause } from 'node:timers/promises'

/** How busy a page's main thread was while it was watched; workers and the GPU do not count. All in ms. */
export interface MainThreadUse {
  readonly watchedMs: number
  /** In tasks of any kind: script, layout, painting. */
  readonly busyMs: number
  readonly scriptMs: number
  /** busyMs per second of watching. */
  readonly busyMsPerSecond: number
}

/**
 * Watches a page's main thread through the browser's own accounting (CDP `Performance.getMetrics`).
 *
 * @example const { busyMsPerSecond } = await measureMainThreadBusy(provider.page, 10_000)
 */
export async function measureMainThreadBusy(page: Page, durationMs: number): Promise<MainThreadUse> {
  const session = await page.context().newCDPSession(page)
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const valueOf = (name: string) => {
      const value = metrics.find((metric) => metric.name === name)?.value
      if (value === undefined) throw new Error(`the browser reports no ${name}`)
      return 1_000 * value
    }
    return {
      atMs: valueOf('Timestamp'),
      taskMs: valueOf('TaskDuration'),
      scriptMs: valueOf('ScriptDuration'),
    }
  }
  await session.send('Performance.enable', { timeDomain: 'timeTicks' })
  const before = await read()
  await pause(durationMs)
  const after = await read()
  await session.detach()
  const watchedMs = after.atMs - before.atMs
  const busyMs = after.taskMs - before.taskMs
  return {
    watchedMs,
    busyMs,
    scriptMs: after.scriptMs - before.scriptMs,
    busyMsPerSecond: (1_000 * busyMs) / watchedMs,
  }
}
