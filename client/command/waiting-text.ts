import type { JobView } from '#protocol/api.ts'
import { unreachable } from '#protocol/assert.ts'
import type {
  FailingCondition,
  SuggestedChange,
  Suggestion,
  WaitingReason,
  WaitingView,
} from '#protocol/waiting.ts'
import { bytesText, roundMask } from '#client/command/amount-text.ts'

/** More would not be read. */
const conditionsShownMax = 4

/** Why nothing of a job is computed now, as one line; undefined while something is, and where its state says it all. */
export function waitingText(
  { id, waiting }: Pick<JobView, 'id' | 'waiting'>,
  url: string,
): string | undefined {
  if (!waiting) return undefined
  switch (waiting.reason) {
    case 'awaitingFunds':
      return marketText(waiting, url)
    case 'paused':
      return `Paused by its requester; go on with: mask resume ${id}`
    case 'noProviders':
    case 'nobodyMatches':
    case 'tooFewMatch':
      return marketText(waiting, url)
    case 'allBusy':
      return `${matchText(waiting)}, and nobody of them has room for more now.`
    case 'beacon':
      return 'Computed; how it is checked is decided by the next round of the public beacon, which has not come yet.'
    case 'anchor':
      return 'A check waits for one of the providers whose word settles disputes; none is free.'
    case 'checks':
      return 'Computed; it is final once its providers have passed more checks.'
    default:
      return unreachable(waiting.reason)
  }
}

/** Whether nobody could work on it even if it were paid for: worth saying before it is. */
export function lacksProviders({ matching, needed }: WaitingView): boolean {
  return matching < needed
}

/** Reasons that call for somebody to do something; the others pass by themselves. */
export function isTrouble(reason: WaitingReason): boolean {
  return reason === 'noProviders' || reason === 'nobodyMatches' || reason === 'tooFewMatch'
}

/** Who could work on the job and who not, and what would change that; undefined where enough could. */
function marketText(waiting: WaitingView, url: string): string | undefined {
  if (!lacksProviders(waiting)) return undefined
  const { providersOnline, needed, failing } = waiting
  const lend = `open ${url} in a browser with WebGPU`
  if (providersOnline === 0) return `Nobody lends a GPU now: ${lend}.`
  const few = needed > 1 ? `, ${needed} are needed to check each other` : ''
  if (failing.length === 0) return `${matchText(waiting)}${few}: ${lend}.`
  const shown = failing.slice(0, conditionsShownMax).map((one) => conditionText(one, waiting))
  const more = failing.length > conditionsShownMax ? ', …' : ''
  return `${matchText(waiting)}${few}: ${shown.join(', ')}${more}`
}

function matchText({ providersOnline, matching }: WaitingView): string {
  const provider = providersOnline === 1 ? 'provider' : 'providers'
  return `${matching} of ${providersOnline} ${provider} ${matching === 1 ? 'matches' : 'match'}`
}

/** `2 ask for more than 0.36 MASK per GPU-hour (0.0021 per unit would match 2)` */
function conditionText(failing: FailingCondition, waiting: WaitingView): string {
  const { providers } = failing
  const remedy = remedyFor(failing, waiting)
  const what = `${providers} ${failureText(failing, providers === 1)}`
  return remedy ? `${what} (${changeText(remedy.change)} would match ${remedy.matches})` : what
}

/** Of the changes about a condition the least that wins enough providers, else the one that wins most. */
function remedyFor(failing: FailingCondition, { suggestions, needed }: WaitingView): Suggestion | undefined {
  const remedies = suggestions
    .filter(({ change }) => isAbout(change, failing))
    .toSorted((one, other) => one.matches - other.matches)
  return remedies.find(({ matches }) => matches >= needed) ?? remedies.at(-1)
}

function failureText(failing: FailingCondition, one: boolean): string {
  switch (failing.condition) {
    case 'feature':
      return `${one ? 'lacks' : 'lack'} ${failing.feature}`
    case 'limit':
      return `${one ? 'has' : 'have'} too small a ${failing.limit} (${failing.best} at most, ${failing.needed} needed)`
    case 'memory':
      return `${one ? 'gives' : 'give'} too little memory (${bytesText(failing.bestBytes)} at most, ${bytesText(failing.neededBytes)} needed)`
    case 'speed':
      return `${one ? 'is' : 'are'} too slow (${failing.bestGflops} GFLOP/s at most, ${failing.neededGflops} needed)`
    case 'price':
      return `${one ? 'asks' : 'ask'} for more than ${roundMask(failing.paysWeiPerHour, 'down')} MASK per GPU-hour`
    case 'cause':
      return `${one ? 'does' : 'do'} not work for ${failing.cause}`
    case 'requester':
      return `${one ? 'does' : 'do'} not work for you`
    case 'data':
      return `will not download ${bytesText(failing.neededBytes)} today`
    case 'pool':
      return `${one ? 'is' : 'are'} not invited to its pool`
    case 'deadline':
      return `would not finish a unit by ${dateText(failing.deadlineMs)}`
    case 'kernel':
      return `could not run its kernel`
    default:
      return unreachable(failing)
  }
}

/** Whether a change is about that very condition. */
function isAbout(change: SuggestedChange, failing: FailingCondition): boolean {
  if (change.kind === 'feature') return failing.condition === 'feature' && failing.feature === change.feature
  if (change.kind === 'limit') return failing.condition === 'limit' && failing.limit === change.limit
  return change.kind === failing.condition
}

function changeText(change: SuggestedChange): string {
  switch (change.kind) {
    case 'price':
      return `${roundMask(change.perUnitWei, 'up')} per unit`
    case 'feature':
      return `a kernel without it`
    case 'limit':
      return `${change.value}`
    case 'memory':
    case 'data':
      return bytesText(change.bytes)
    case 'speed':
      return `${change.gflops} GFLOP/s`
    case 'pool':
      return `a job without a pool`
    case 'deadline':
      return dateText(change.deadlineMs)
    default:
      return unreachable(change)
  }
}

function dateText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`
}
