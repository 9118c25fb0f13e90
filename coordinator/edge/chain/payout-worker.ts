import { parentPort } from 'node:worker_threads'
import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { buildPayoutTree, type Earning, type PayoutTree } from '#protocol/payout-tree.ts'

/** Asks for an epoch's root and the proofs of some payees; its earnings come with the first question about it. */
export interface PayoutQuestion {
  readonly id: number
  readonly epoch: number
  readonly earnings: readonly Earning[] | undefined
  readonly payees: readonly ProviderId[]
}

export interface PayoutAnswer {
  readonly id: number
  readonly root: Hex
  /** In the order of the payees; undefined for one without a leaf. */
  readonly proofs: readonly (readonly Hex[] | undefined)[]
}

/** Builds payout trees in a thread of its own: a hundred thousand leaves are seconds of hashing. */
assert(parentPort, 'this file is the program of a worker thread')
const port = parentPort
let epochAtHand: number | undefined
let tree: PayoutTree | undefined

port.on('message', ({ id, epoch, earnings, payees }: PayoutQuestion) => {
  if (earnings) {
    epochAtHand = epoch
    tree = buildPayoutTree(earnings)
  }
  assert(tree && epoch === epochAtHand, 'the earnings of an epoch come with the first question about it')
  const proofs = payees.map((payee) => tree?.proofOf(payee))
  port.postMessage({ id, root: tree.root, proofs } satisfies PayoutAnswer)
})
