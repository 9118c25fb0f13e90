import type { Effect } from '../effects.ts'
import { countRefusal, payResult, sendAccount } from '../ledger.ts'
import type { Job, State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import { checkPayWei } from './budget.ts'
import type { CheckCase, CheckWord } from './check-desk.ts'
import { creditCheck } from './provisional.ts'

/** Pays those who have said so, and refuses the others' words; says who these are. */
export function settleWords(
  state: State,
  job: Job,
  check: CheckCase,
  isGood: boolean,
  nowMs: number,
  effects: Effect[],
): CheckWord[] {
  const liars: CheckWord[] = []
  for (const word of check.words) {
    if (word.isGood === isGood) payWord(state, job, check, word, nowMs, effects)
    else {
      liars.push(word)
      countRefusal(state, job, word.provider)
      endWord(word, 'refused', effects)
    }
  }
  check.words = []
  return liars
}

function payWord(
  state: State,
  job: Job,
  check: CheckCase,
  word: CheckWord,
  nowMs: number,
  effects: Effect[],
): void {
  const amountWei = checkPayWei(job)
  const { assignment, provider } = word
  check.outstanding -= 1
  job.checks.outstanding -= 1
  payResult(state, job, { assignment, unit: check.unit, provider, amountWei }, nowMs, effects)
  endWord(word, 'accepted', effects)
  creditCheck(state, job, provider, amountWei, nowMs, effects)
  sendAccount(state, provider, effects)
}

function endWord({ assignment }: CheckWord, state: 'accepted' | 'refused', effects: Effect[]): void {
  const reason = state === 'refused' ? 'resultDisagrees' : undefined
  effects.push({ kind: 'persist', record: { table: 'assignmentEnds', row: { assignment, state, reason } } })
}

/** The provider of a result is condemned for another: those who had said that this one is bad are believed. */
export function answerCritics(
  state: State,
  job: Job,
  unit: OpenUnit,
  nowMs: number,
  effects: Effect[],
): void {
  const check = unit.draw.kind === 'check' ? job.checks.cases.get(unit.draw.number) : undefined
  if (!check || check.planted) return
  for (const word of check.words.filter(({ isGood }) => !isGood))
    payWord(state, job, check, word, nowMs, effects)
  check.words = []
}
