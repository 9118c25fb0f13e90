import * as v from 'valibot'
import { attestAnswerSchema, type AttestAnswer } from '#protocol/audit-api.ts'
import { toJson } from '#protocol/frames.ts'
import type { AuditorSignature, PreparedEpoch } from '../../core/state.ts'
import { AttestationRefused, type Attestors } from '../chain/attestors.ts'

const answerMsMax = 60_000

/** Auditors that run as processes of their own, each behind an address that answers `POST /attest`. */
export class RemoteAuditors implements Attestors {
  readonly #urls: readonly string[]
  readonly #threshold: number

  /** @param threshold how many must sign */
  constructor(options: { readonly urls: readonly string[]; readonly threshold: number }) {
    this.#urls = options.urls
    this.#threshold = options.threshold
  }

  async attest(epoch: PreparedEpoch): Promise<readonly AuditorSignature[]> {
    const answers = await Promise.all(this.#urls.map((url) => ask(url, epoch)))
    const signatures = new Map<string, AuditorSignature>()
    for (const answer of answers)
      if (answer.outcome === 'signed') {
        const { auditor, signature } = answer
        signatures.set(auditor, { auditor, signature })
      }
    if (signatures.size >= this.#threshold) return [...signatures.values()]
    // Who found something wrong will find it again; one that did not answer may yet sign.
    const refused = answers.find((answer) => answer.outcome === 'refused')
    const open = answers.filter((answer) => answer.outcome === 'failed').length
    if (refused && signatures.size + open < this.#threshold)
      throw new AttestationRefused(`entry ${refused.index} of the log (${refused.entry}): ${refused.why}`)
    const whys = answers.flatMap((answer) => (answer.outcome === 'signed' ? [] : [answer.why]))
    throw new Error(`${signatures.size} of ${this.#threshold} auditors have signed: ${whys.join(' ')}`)
  }
}

async function ask(url: string, { attestation }: PreparedEpoch): Promise<AttestAnswer> {
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/attest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: toJson(attestation),
      signal: AbortSignal.timeout(answerMsMax),
    })
    return v.parse(attestAnswerSchema, await response.json())
  } catch (error) {
    return {
      outcome: 'failed',
      why: `${url} does not answer: ${error instanceof Error ? error.message : 'unknown'}.`,
    }
  }
}
