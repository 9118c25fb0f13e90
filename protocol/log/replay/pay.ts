import type { Hex } from '../../bytes.ts'
import { signerOf } from '../../session-key.ts'
import { spotsPerUnit } from '../../spots-per-unit.ts'
import { walletLinkDigest } from '../../wallet-link.ts'
import type { LogEntryOf } from '../entries.ts'
import { demand } from './fault.ts'
import { compareDigest } from './results.ts'
import {
  isOpen,
  jobOf,
  providerOf,
  resultOf,
  rulesOf,
  unitOf,
  type Replay,
  type ReplayedJob,
  type ReplayedResult,
} from './state.ts'

/** Pay, and the wallets that it goes to. */

/** What running a verify kernel once earns, as a part of a unit. */
const checksPerUnit = 8n

export function takePay(replay: Replay, entry: LogEntryOf<'pay'>): void {
  const job = jobOf(replay, entry.job)
  const amountWei = BigInt(entry.amountWei)
  const [digits = '', place = '', number = '', accused, spot] = entry.assignment.split('/')
  const result = resultOf(replay, `${digits}/${place}/${number}`)
  const { commit } = result
  demand(
    commit.job === entry.job && commit.provider === entry.provider,
    'the result is of another job or provider',
  )
  const provider = providerOf(replay, commit.provider)
  if (accused !== undefined) payAccuser(job, result, entry.unit, `${accused}/${spot}`, amountWei)
  else {
    demand(commit.unit === entry.unit, 'the result is of another unit')
    if (commit.task) payErrand(job, result, amountWei)
    else payVote(replay, job, result, entry.assignment, amountWei)
  }
  job.chargedWei += amountWei
  demand(job.chargedWei <= job.fundedWei, 'it charges the job more than was paid in')
  const payee = provider.wallet ?? commit.provider
  replay.accounts.set(payee, (replay.accounts.get(payee) ?? 0n) + amountWei)
  provider.earnedWei += amountWei
  provider.evidence += 1
}

function payVote(
  replay: Replay,
  job: ReplayedJob,
  result: ReplayedResult,
  assignment: string,
  amountWei: bigint,
): void {
  const { unit: index, provider } = result.commit
  const unit = unitOf(job, index)
  demand(result.state !== 'paid', 'the result was paid before')
  demand(result.state === 'revealed' && result.round !== undefined, `the result is ${result.state}`)
  demand(amountWei === job.unitPayWei, `a result of this job earns ${job.unitPayWei}`)
  demand(
    isOpen(unit) || (unit.verdict === 'provisional' && unit.canonical === assignment),
    `the unit is ${unit.verdict}, and not by this result`,
  )
  demand(!unit.paid.has(provider), 'its provider was paid for this unit before')
  const paidMax = Math.max(2, job.terms.quorum)
  demand(unit.paid.size < paidMax, `${paidMax} results of the unit were paid, more never are`)
  unit.paid.add(provider)
  result.state = 'paid'
  if (result.digest === undefined) replay.unopened.add(assignment)
  else compareDigest(job, result)
}

function payErrand(job: ReplayedJob, result: ReplayedResult, amountWei: bigint): void {
  const { task } = result.commit
  demand(result.paidWei === 0n, 'the errand was paid before')
  demand(result.state === 'revealed', `the errand is ${result.state}`)
  if (task?.kind === 'check') {
    demand(amountWei === job.unitPayWei / checksPerUnit, `a check earns ${job.unitPayWei / checksPerUnit}`)
    result.paidWei = amountWei
    result.state = 'paid'
  } else paySpots(job, result, amountWei)
}

/** Who said of a result that it is wrong is paid for that once the result was refused. */
function payAccuser(
  job: ReplayedJob,
  result: ReplayedResult,
  index: number,
  accused: string,
  amountWei: bigint,
): void {
  const { task } = result.commit
  demand(result.state !== 'committed', 'the errand was never revealed')
  demand(
    task?.kind === 'spots' &&
      task.spots.some(([unit, spot]) => unit === index && `${unit}/${spot}` === accused),
    'it did not re-run that spot of the unit',
  )
  demand(unitOf(job, index).refusals > 0, 'no result of the unit was refused')
  demand(!result.accused.has(accused), 'it was paid for this spot before')
  result.accused.add(accused)
  paySpots(job, result, amountWei)
}

function paySpots(job: ReplayedJob, result: ReplayedResult, amountWei: bigint): void {
  const { task } = result.commit
  const spotPayWei = job.unitPayWei / BigInt(spotsPerUnit)
  const spots = task?.kind === 'spots' ? task.spots.length : 0
  demand(amountWei > 0n && amountWei % spotPayWei === 0n, `a spot earns ${spotPayWei}`)
  result.paidWei += amountWei
  demand(result.paidWei <= spotPayWei * BigInt(spots), `it is paid for more than its ${spots} spots`)
}

/** A link of a session key to a wallet. */
export function takeLink(replay: Replay, entry: LogEntryOf<'link'>): void {
  const { provider: id, wallet, serial, state } = entry
  const provider = providerOf(replay, id)
  const { pendingLink } = provider
  if (pendingLink && pendingLink.serial === serial) {
    demand(
      state !== 'pending' &&
        wallet === pendingLink.wallet &&
        entry.sessionSignature === pendingLink.sessionSignature,
      'a link that waits takes effect as it was filed, or is superseded',
    )
    provider.pendingLink = undefined
  } else {
    demand(state !== 'superseded', 'no such link waits')
    demand(!pendingLink, 'another link waits')
    demand(serial === provider.linkSerial + 1, `the next link has the serial ${provider.linkSerial + 1}`)
    checkSignatures(replay, entry)
    provider.linkSerial = serial
  }
  if (state === 'pending') provider.pendingLink = entry
  if (state === 'inEffect') takeEffect(replay, entry)
}

function checkSignatures(replay: Replay, link: LogEntryOf<'link'>): void {
  const { chainId, contract } = rulesOf(replay)
  const { provider: sessionKey, wallet, serial, expiresAtSeconds } = link
  const digest = walletLinkDigest({ chainId, contract, sessionKey, wallet, serial, expiresAtSeconds })
  demand(signerOf(digest, link.sessionSignature) === sessionKey, 'it is not signed by the session key')
  // Back to the session key's own account it signs alone.
  if (wallet !== sessionKey && signerOf(digest, link.walletSignature as Hex) !== wallet)
    replay.contractLinks.push({ link, index: replay.size })
}

/** With the first link goes what no root has promised to the session key's own account; later links move nothing. */
function takeEffect(replay: Replay, { provider: id, wallet, fromWei }: LogEntryOf<'link'>): void {
  const provider = providerOf(replay, id)
  const isFirst = provider.wallet === undefined
  const ownWei = replay.accounts.get(id) ?? 0n
  const promisedWei = promisedIn(replay, id)
  const freeWei = ownWei - promisedWei
  const movedWei = !isFirst ? 0n : provider.earnedWei < freeWei ? provider.earnedWei : freeWei
  demand(
    fromWei === `${provider.earnedWei - movedWei}`,
    `it takes effect from ${provider.earnedWei - movedWei} on`,
  )
  provider.wallet = wallet
  if (movedWei === 0n) return
  replay.accounts.set(id, ownWei - movedWei)
  replay.accounts.set(wallet, (replay.accounts.get(wallet) ?? 0n) + movedWei)
}

function promisedIn({ prepared, posted }: Replay, account: Hex): bigint {
  for (const epoch of [prepared, posted]) {
    const leaf = epoch?.earnings.find(({ provider }) => provider === account)
    if (leaf) return leaf.cumulativeWei
  }
  return 0n
}
