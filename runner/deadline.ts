/** The promise's outcome, or the failure that `expired` makes once `limitMs` have passed without one. */
export async function withDeadline<T>(
  promise: Promise<T>,
  limitMs: number,
  expired: () => Error,
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const alarm = setTimeout(() => {
    late.reject(expired())
  }, limitMs)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(alarm)
  }
}
