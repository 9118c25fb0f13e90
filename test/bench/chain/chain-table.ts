import type { GasFigures } from './gas-bench.ts'
import type { RootTime } from './root-bench.ts'

/** What `npm run bench -- chain` measures. */
export interface ChainFigures {
  readonly gas: GasFigures
  readonly roots: readonly RootTime[]
}

/** What the calls cost, a row each. */
export function gasRows({ gas }: ChainFigures): string[][] {
  const { fundApprove, fundPermit, topUp, firstRoot, nextRoot, byPayees } = gas
  return [
    ['fund a job: approve, then fund', `${count(fundApprove.approve)} + ${count(fundApprove.fund)}`],
    ['fund a job by permit, one transaction', count(fundPermit)],
    ['top up (allowance given)', count(topUp)],
    ['root, the first', count(firstRoot)],
    ['root, later ones', count(nextRoot)],
    ...byPayees.flatMap(({ payees, firstClaim, nextClaim, batchClaimEach }) => [
      [`first claim of an account, ${count(payees)} payees`, count(firstClaim)],
      [`later claims, ${count(payees)} payees`, count(nextClaim)],
      [`later claims in a batch of 20, each, ${count(payees)} payees`, count(batchClaimEach)],
    ]),
  ]
}

/** How long roots take, a row for each count of payees. */
export function rootRows({ roots }: ChainFigures): string[][] {
  return roots.map(({ payees, rootMs, mainThreadBusyMs, proofMs }) => [
    count(payees),
    `${(rootMs / 1_000).toFixed(2)} s`,
    `${mainThreadBusyMs.toFixed(0)} ms`,
    `${proofMs.toFixed(1)} ms`,
  ])
}

export const gasColumns = ['transaction', 'gas'] as const
export const rootColumns = ['payees', 'root', 'main thread busy at a stretch', 'a proof afterwards'] as const

/** What a reader of the folder sees first. */
export function chainReadme(figures: ChainFigures): string {
  return `# What settling costs

    npm run bench -- chain

wrote this file. Gas is that of receipts on the embedded chain's node (Prague rules), with two of three auditors and no activation
delay; it is the same on every machine. A root's gas does not depend on the number of payees, but grows with each job it charges.

${table(gasColumns, gasRows(figures))}

Roots are built in a worker thread (\`coordinator/edge/chain/payout-worker.ts\`); times are medians of three runs on the machine that
wrote this file, and include the way of the earnings to the thread.

${table(rootColumns, rootRows(figures))}
`
}

function table(head: readonly string[], rows: readonly string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}
