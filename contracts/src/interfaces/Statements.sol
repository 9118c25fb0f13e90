// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @notice What an auditor signs once it has replayed the public log up to an epoch and found it right.
/// All that is signed here is EIP-712 typed data in the settlement's domain, which names chain and contract.
/// @param epoch the epoch; a number is given to one attestation only, ever
/// @param logSize how many entries of the log the auditor replayed
/// @param logRoot the log's RFC 6962 root at that size
/// @param payRoot the root over what every account has earned since the beginning
/// @param totalEarned the sum of that root's leaves
/// @param totalCharged all that jobs will have been charged once this epoch is active
/// @param chargesHash `keccak256(abi.encode(charges, closedJobs))`: whom the epoch charges and which jobs it closes
struct EpochAttestation {
    uint64 epoch;
    uint64 logSize;
    bytes32 logRoot;
    bytes32 payRoot;
    uint256 totalEarned;
    uint256 totalCharged;
    bytes32 chargesHash;
}

/// @notice The log's head in a form a contract can check, beside the checkpoint that people mirror.
/// @param size how many entries the log has
/// @param root its RFC 6962 root at that size
struct LogHead {
    uint64 size;
    bytes32 root;
}

/// @notice The log's promise to a provider: your commitment is in the log, here.
/// @param commitment what the provider bound itself to
/// @param index place of its entry in the log, from 0
/// @param leafHash RFC 6962 leaf hash of that entry; the provider checks that the entry names its commitment
struct LogReceipt {
    bytes32 commitment;
    uint64 index;
    bytes32 leafHash;
}
