const lockName = 'mask-runner'

/**
 * Takes the browser profile's one right to run, or answers undefined when another tab has it.
 * The browser gives it back by itself when this page dies.
 *
 * @returns what gives the right back.
 */
export function takeRunnerLock(): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lockName, { ifAvailable: true }, (lock) => {
        if (!lock) {
          resolve(undefined)
          return
        }
        return new Promise<void>((release) => {
          resolve(release)
        })
      })
      .catch(reject)
  })
}
