import type { AuditorSignature, PreparedEpoch } from '../../core/state.ts'

/**
 * Asks auditors for what an epoch needs to be proposed. Its duties:
 *
 * 1. It settles with the signatures of at least as many auditors as the contract asks for, each once.
 * 2. It may be asked again about the same epoch, and then gives signatures of the very same attestation: an auditor that
 *    signs two of one number loses its bond.
 * 3. It throws an `AttestationRefused` when an auditor has found the epoch wrong; anything else it throws means that not
 *    enough auditors answered, and that the same epoch may be asked about again.
 */
export interface Attestors {
  attest(epoch: PreparedEpoch): Promise<readonly AuditorSignature[]>
}

/** An auditor has looked and does not sign: this epoch is dropped, and another, under a higher number, takes its place. */
export class AttestationRefused extends Error {
  override readonly name = 'AttestationRefused'
}
