import { PayoutDesk } from '#coordinator/edge/chain/payout-desk.ts'
import { median } from '../median.ts'
import { someEarnings } from './gas-bench.ts'

/** How long an epoch's root takes in the worker thread, and what the main thread notices of it. */
export interface RootTime {
  readonly payees: number
  /** From the question to the root, its earnings' way to the thread included; median over the runs. */
  readonly rootMs: number
  /** The longest time for which the main thread answered nothing meanwhile; median over the runs. */
  readonly mainThreadBusyMs: number
  /** A payee's proof, once the tree stands; median. */
  readonly proofMs: number
}

const runs = 3
const tickMs = 5

export async function measureRoots(payeeCounts: readonly number[]): Promise<RootTime[]> {
  const times: RootTime[] = []
  const payouts = new PayoutDesk()
  // The thread's own start is nobody's root.
  await payouts.rootOf({ number: 0, earnings: someEarnings(2, 1n) })
  for (const payees of payeeCounts) {
    const measured = []
    for (let run = 1; run <= runs; run += 1)
      measured.push(await measureRoot(payouts, { number: run, earnings: someEarnings(payees, BigInt(run)) }))
    times.push({
      payees,
      rootMs: median(measured.map(({ rootMs }) => rootMs)),
      mainThreadBusyMs: median(measured.map(({ mainThreadBusyMs }) => mainThreadBusyMs)),
      proofMs: median(measured.map(({ proofMs }) => proofMs)),
    })
  }
  await payouts.close()
  return times
}

async function measureRoot(
  payouts: PayoutDesk,
  epoch: Parameters<PayoutDesk['rootOf']>[0],
): Promise<Omit<RootTime, 'payees'>> {
  let mainThreadBusyMs = 0
  let lastMs = performance.now()
  const look = () => {
    const nowMs = performance.now()
    mainThreadBusyMs = Math.max(mainThreadBusyMs, nowMs - lastMs - tickMs)
    lastMs = nowMs
  }
  const timer = setInterval(look, tickMs)
  const startedMs = performance.now()
  await payouts.rootOf(epoch)
  const rootMs = performance.now() - startedMs
  look()
  clearInterval(timer)
  const askedMs = performance.now()
  const someone = epoch.earnings[Math.floor(epoch.earnings.length / 2)]
  await payouts.proofsOf(epoch, someone ? [someone.provider] : [])
  return { rootMs, mainThreadBusyMs, proofMs: performance.now() - askedMs }
}
