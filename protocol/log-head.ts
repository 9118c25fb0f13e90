import { bigEndian, fromHex, type Hex } from './bytes.ts'
import { statementDigest, statementDomain, type StatementPlace } from './statements.ts'

/** The log's head in a form that the contracts can check, beside the checkpoint that people mirror. */
export interface LogHead {
  /** How many entries the log has. */
  readonly size: number
  /** Its RFC 6962 root at that size. */
  readonly root: Hex
}

/** The head as EIP-712 typed data. */
export function logHeadTypedData({ size, root }: LogHead, place: StatementPlace) {
  return {
    domain: statementDomain(place),
    types: {
      LogHead: [
        { name: 'size', type: 'uint64' },
        { name: 'root', type: 'bytes32' },
      ],
    },
    primaryType: 'LogHead',
    message: { size: BigInt(size), root },
  } as const
}

/** The digest that the log's key signs. Two of one size with different roots cost it its bond. 32 bytes. */
export function logHeadDigest({ size, root }: LogHead, place: StatementPlace): Hex {
  return statementDigest(place, 'LogHead(uint64 size,bytes32 root)', [bigEndian(size, 32), fromHex(root)])
}
