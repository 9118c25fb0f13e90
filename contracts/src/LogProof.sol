// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @title Inclusion proofs of the public log
/// @dev Hashing and proofs of RFC 6962 (section 2.1) with SHA-256; the walk is that of RFC 9162, section 2.1.3.2.
library LogProof {
    /// @notice The entry lies outside the log, or the proof has not as many hashes as its place asks for.
    error MalformedProof(uint64 index, uint64 size, uint256 hashes);

    /// @notice SHA-256 of 0x00 and the entry.
    function leafOf(bytes calldata entry) internal pure returns (bytes32) {
        return sha256(bytes.concat(hex"00", entry));
    }

    /// @notice The root of a log of `size` entries that has `leaf` at `index`, by the hashes beside its path.
    function rootOf(bytes32 leaf, uint64 index, uint64 size, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32 root)
    {
        require(index < size, MalformedProof(index, size, proof.length));
        uint64 node = index;
        uint64 last = size - 1;
        root = leaf;
        for (uint256 i = 0; i < proof.length; i++) {
            require(last > 0, MalformedProof(index, size, proof.length));
            if (node % 2 == 1 || node == last) {
                root = _parentOf(proof[i], root);
                // The last node of an incomplete tree has risen: up to where it has a sibling on its left.
                while (node % 2 == 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                root = _parentOf(root, proof[i]);
            }
            node >>= 1;
            last >>= 1;
        }
        require(last == 0, MalformedProof(index, size, proof.length));
    }

    function _parentOf(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(bytes.concat(hex"01", left, right));
    }
}
