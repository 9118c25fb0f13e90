// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {EpochAttestation, LogHead, LogReceipt} from "./interfaces/Statements.sol";

/// @dev EIP-712 struct hashes of what auditors and the log sign. protocol/ has the same rules in TypeScript.
library StatementHash {
    bytes32 private constant ATTESTATION_TYPE = keccak256(
        "EpochAttestation(uint64 epoch,uint64 logSize,bytes32 logRoot,bytes32 payRoot,uint256 totalEarned,uint256 totalCharged,bytes32 chargesHash)"
    );
    bytes32 private constant LOG_HEAD_TYPE = keccak256("LogHead(uint64 size,bytes32 root)");
    bytes32 private constant LOG_RECEIPT_TYPE =
        keccak256("LogReceipt(bytes32 commitment,uint64 index,bytes32 leafHash)");

    function hash(EpochAttestation calldata attestation) internal pure returns (bytes32) {
        // All of its fields are static, so the struct is encoded as its fields are, one word each.
        return keccak256(abi.encode(ATTESTATION_TYPE, attestation));
    }

    function hash(LogHead calldata head) internal pure returns (bytes32) {
        return keccak256(abi.encode(LOG_HEAD_TYPE, head));
    }

    function hash(LogReceipt calldata receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(LOG_RECEIPT_TYPE, receipt));
    }
}
