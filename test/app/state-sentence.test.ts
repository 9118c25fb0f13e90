import { describe, expect, it } from 'vitest'
import { locales } from '#web/app/messages/catalogue.ts'
import { spokenSentence, stateSentence } from '#web/app/state-sentence.ts'
import { nameOfState, sessionStates } from './session-states.ts'

const cases = sessionStates.flatMap((state) =>
  locales.map((locale) => [nameOfState(state), locale, state] as const),
)

describe('a state in words', () => {
  it.each(cases)('[U3] %s has a title and a reason in %s', (_, locale, state) => {
    const sentence = stateSentence(state, locale, 'present')
    expect(sentence.title).not.toBe('')
    expect(sentence.reason).not.toBe('')
    expect(spokenSentence(sentence, locale)).toContain(sentence.reason)
  })

  it.each(locales)('gives no two states the same reason in %s', (locale) => {
    const reasons = sessionStates.map((state) => stateSentence(state, locale, 'present').reason)
    expect(new Set(reasons).size).toBe(sessionStates.length)
  })

  it.each(cases.filter(([, , state]) => ['stopped', 'halted', 'reconnecting'].includes(state.kind)))(
    '%s says in %s what to do',
    (_, locale, state) => {
      expect(stateSentence(state, locale, 'present').next).toBeTruthy()
    },
  )

  it('says when it tries again, and which attempt that is', () => {
    const state = { kind: 'reconnecting', attempt: 3, retryInMs: 4_200, reason: 'gpuLost' } as const
    expect(stateSentence(state, 'en', 'present').retry).toBe('Trying again in about 5 seconds (attempt 3).')
    expect(stateSentence(state, 'ja', 'present').retry).toBe('約 5 秒後に、もう一度試します（3 回目）。')
  })

  it('tells a page without encryption from a browser without WebGPU, before and after the click', () => {
    for (const state of [{ kind: 'idle' }, { kind: 'stopped', reason: 'noWebGpu' }] as const) {
      expect(stateSentence(state, 'en', 'insecureContext').next).toContain('https://')
      expect(stateSentence(state, 'en', 'missing').next).toContain('latest Chrome')
    }
  })
})
