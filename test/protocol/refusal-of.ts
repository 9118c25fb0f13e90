import { Refusal } from '#protocol/refusal.ts'

/** The refusal an action ends in. Anything else it does, success included, fails the test. */
export function refusalOf(action: () => unknown): Refusal {
  try {
    action()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}
