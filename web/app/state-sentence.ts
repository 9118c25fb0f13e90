import { unreachable } from '#protocol/assert.ts'
import type { SessionState } from '#web/core/contributor-view.ts'
import { catalogue, type Locale } from './messages/catalogue.ts'
import type { Advice, Sentence } from './messages/sentence.ts'
import { formatCount, formatWait } from './number-format.ts'
import type { WebGpuPresence } from './webgpu-presence.ts'

/** The state in words: what, why, and what to do about it. */
export function stateSentence(state: SessionState, locale: Locale, presence: WebGpuPresence): Sentence {
  const { session } = catalogue[locale]
  switch (state.kind) {
    case 'idle':
      return presence === 'present' ? session.idle : unsupportedSentence(presence, locale)
    case 'starting':
      return session.starting[state.step]
    case 'waiting':
    case 'working':
    case 'finishing':
      return session[state.kind]
    case 'reconnecting': {
      const retry = session.retry(formatWait(locale, state.retryInMs), formatCount(locale, state.attempt))
      return { ...session.reconnecting[state.reason], retry }
    }
    case 'halted':
      return session.halted[state.reason]
    case 'stopped':
      return state.reason === 'noWebGpu'
        ? unsupportedSentence(presence, locale)
        : session.stopped[state.reason]
    default:
      return unreachable(state)
  }
}

/** Why no GPU can be asked for; the general words unless the cause is known to be the connection. */
function unsupportedSentence(presence: WebGpuPresence, locale: Locale): Advice {
  const { session } = catalogue[locale]
  return presence === 'insecureContext' ? session.insecureContext : session.stopped.noWebGpu
}

/** The sentence as one line, for those who hear the page; without the wait, which would be said anew every second. */
export function spokenSentence(sentence: Sentence, locale: Locale): string {
  const details = [sentence.reason, sentence.next].filter((part) => part !== undefined)
  return catalogue[locale].session.spoken(sentence.title, details.join(' '))
}
