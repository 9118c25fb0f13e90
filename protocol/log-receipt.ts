import { bigEndian, fromHex, type Hex } from './bytes.ts'
import { statementDigest, statementDomain, type StatementPlace } from './statements.ts'

/** The log's promise to a provider: your commitment is in the log, here. */
export interface LogReceipt {
  readonly commitment: Hex
  /** Place of its entry, from 0. */
  readonly index: number
  /** RFC 6962 leaf hash of that entry. The provider checks that the entry names its commitment. */
  readonly leafHash: Hex
}

/** The receipt as EIP-712 typed data. */
export function logReceiptTypedData({ commitment, index, leafHash }: LogReceipt, place: StatementPlace) {
  return {
    domain: statementDomain(place),
    types: {
      LogReceipt: [
        { name: 'commitment', type: 'bytes32' },
        { name: 'index', type: 'uint64' },
        { name: 'leafHash', type: 'bytes32' },
      ],
    },
    primaryType: 'LogReceipt',
    message: { commitment, index: BigInt(index), leafHash },
  } as const
}

/** The digest that the log's key signs. A log with another entry there loses its bond. 32 bytes. */
export function logReceiptDigest({ commitment, index, leafHash }: LogReceipt, place: StatementPlace): Hex {
  return statementDigest(place, 'LogReceipt(bytes32 commitment,uint64 index,bytes32 leafHash)', [
    fromHex(commitment),
    bigEndian(index, 32),
    fromHex(leafHash),
  ])
}
