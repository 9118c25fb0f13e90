import { bigEndian, concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import type { JobId } from './ids.ts'
import { hashOf, statementDigest, statementDomain, type StatementPlace } from './statements.ts'

/**
 * What an auditor signs once it has replayed the log up to an epoch and found it right; `Statements.sol` has the same.
 * An auditor signs one for each epoch's number, ever: two different ones cost it its bond.
 */
export interface EpochAttestation {
  readonly epoch: number
  /** How many entries of the log were replayed. */
  readonly logSize: number
  /** The log's RFC 6962 root at that size. */
  readonly logRoot: Hex
  /** Root of the payout tree over what every account has earned since the beginning; all zero while nobody has. */
  readonly payRoot: Hex
  readonly totalEarnedWei: bigint
  /** All that jobs will have been charged once this epoch is in effect. */
  readonly totalChargedWei: bigint
  /** Whom the epoch charges and which jobs it closes, see `chargesHashOf`. */
  readonly chargesHash: Hex
}

/** What a job has been charged in all. */
export interface Charge {
  readonly job: JobId
  readonly cumulativeWei: bigint
}

/** The attestation as EIP-712 typed data, for signers that want it so. */
export function attestationTypedData(attestation: EpochAttestation, place: StatementPlace) {
  const { epoch, logSize, logRoot, payRoot, chargesHash } = attestation
  return {
    domain: statementDomain(place),
    types: {
      EpochAttestation: [
        { name: 'epoch', type: 'uint64' },
        { name: 'logSize', type: 'uint64' },
        { name: 'logRoot', type: 'bytes32' },
        { name: 'payRoot', type: 'bytes32' },
        { name: 'totalEarned', type: 'uint256' },
        { name: 'totalCharged', type: 'uint256' },
        { name: 'chargesHash', type: 'bytes32' },
      ],
    },
    primaryType: 'EpochAttestation',
    message: {
      epoch: BigInt(epoch),
      logSize: BigInt(logSize),
      logRoot,
      payRoot,
      totalEarned: attestation.totalEarnedWei,
      totalCharged: attestation.totalChargedWei,
      chargesHash,
    },
  } as const
}

/** The digest that is signed: EIP-712 in the settlement's domain. 32 bytes. */
export function attestationDigest(attestation: EpochAttestation, place: StatementPlace): Hex {
  return statementDigest(
    place,
    'EpochAttestation(uint64 epoch,uint64 logSize,bytes32 logRoot,bytes32 payRoot,uint256 totalEarned,uint256 totalCharged,bytes32 chargesHash)',
    [
      bigEndian(attestation.epoch, 32),
      bigEndian(attestation.logSize, 32),
      fromHex(attestation.logRoot),
      fromHex(attestation.payRoot),
      bigEndian(attestation.totalEarnedWei, 32),
      bigEndian(attestation.totalChargedWei, 32),
      fromHex(attestation.chargesHash),
    ],
  )
}

/** keccak256(abi.encode(charges, closedJobs)), in the order given: an epoch has them in the order of their job ids. */
export function chargesHashOf(charges: readonly Charge[], closedJobs: readonly JobId[]): Hex {
  const headBytes = 64
  const chargesBytes = 32 + 64 * charges.length
  return toHex(
    hashOf(
      bigEndian(headBytes, 32),
      bigEndian(headBytes + chargesBytes, 32),
      bigEndian(charges.length, 32),
      ...charges.map(({ job, cumulativeWei }) => concatBytes(fromHex(job), bigEndian(cumulativeWei, 32))),
      bigEndian(closedJobs.length, 32),
      ...closedJobs.map(fromHex),
    ),
  )
}
