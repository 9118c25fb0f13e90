/** What a transaction offers for each unit of gas, in wei. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** Fees that a node takes in place of `former`: a quarter higher (nodes ask for a tenth), and never below today's. */
export function replacementFees(former: Fees | undefined, today: Fees): Fees {
  if (!former) return { maxFeePerGas: today.maxFeePerGas, maxPriorityFeePerGas: today.maxPriorityFeePerGas }
  const maxPriorityFeePerGas = larger(raised(former.maxPriorityFeePerGas), today.maxPriorityFeePerGas)
  const maxFeePerGas = larger(raised(former.maxFeePerGas), today.maxFeePerGas)
  return { maxPriorityFeePerGas, maxFeePerGas: larger(maxFeePerGas, maxPriorityFeePerGas) }
}

function raised(wei: bigint): bigint {
  return (wei * 125n) / 100n + 1n
}

function larger(left: bigint, right: bigint): bigint {
  return left > right ? left : right
}
