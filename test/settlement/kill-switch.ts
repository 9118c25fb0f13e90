import { anvilProcessId } from '../coordinator/edge/anvil-process.ts'
import type { Store } from '#coordinator/edge/store/store.ts'

/** What is killed, and at which step of its life. */
export interface Kill {
  readonly victim: 'coordinator' | 'chain'
  readonly step: number
}

/** Calls to the node that matter to a settlement: before and after each is a step. */
const watchedCalls = [
  'eth_estimateGas',
  'eth_sendRawTransaction',
  'eth_getTransactionReceipt',
  'anvil_dumpState',
]

/** Counts the steps of settling and ends coordinator or chain by SIGKILL at one of them, in the middle of what it does. */
export class KillSwitch {
  readonly #kill: Kill | undefined
  steps = 0

  constructor(kill: Kill | undefined) {
    this.#kill = kill
  }

  step(): void {
    this.steps += 1
    if (this.steps !== this.#kill?.step) return
    process.kill(this.#kill.victim === 'coordinator' ? process.pid : anvilProcessId(), 'SIGKILL')
  }

  /** From now on the store's commits of epochs and claims begin and end with a step. */
  watchStore(store: Store): void {
    const commit = store.commit.bind(store)
    store.commit = async (records, entries) => {
      const isSettling = records.some(({ table }) => table === 'epochs' || table === 'claims')
      if (isSettling) this.step()
      await commit(records, entries)
      if (isSettling) this.step()
    }
  }

  /** From now on every call to the node that matters begins and ends with a step. */
  watchCalls(): void {
    const call = globalThis.fetch
    globalThis.fetch = async (input, init) => {
      const said = typeof init?.body === 'string' ? init.body : ''
      const isWatched = watchedCalls.some((method) => said.includes(`"${method}"`))
      if (isWatched) this.step()
      const answer = await call(input, init)
      if (isWatched) this.step()
      return answer
    }
  }
}
