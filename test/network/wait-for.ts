import { setTimeout as pause } from 'node:timers/promises'

/** Asks again and again until the answer is there. @throws Error after the time-out, with what was waited for. */
export async function waitFor<Value>(
  what: string,
  timeoutMs: number,
  look: () => Promise<Value | undefined>,
): Promise<Value> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    const value = await look()
    if (value !== undefined) return value
    if (performance.now() > endMs) throw new Error(`waited ${timeoutMs / 1_000} s for ${what}`)
    await pause(100)
  }
}
