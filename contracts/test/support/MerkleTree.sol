// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @dev A Merkle tree in one array, root first, children of i at 2i + 1 and 2i + 2, as in OpenZeppelin's
/// StandardMerkleTree. The leaves stay in the order given: no proof depends on it.
library MerkleTree {
    function leafOf(address account, uint256 cumulative) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
    }

    function build(address[] memory accounts, uint256[] memory amounts)
        internal
        pure
        returns (bytes32[] memory tree)
    {
        uint256 count = accounts.length;
        tree = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; i++) {
            tree[tree.length - 1 - i] = leafOf(accounts[i], amounts[i]);
        }
        for (uint256 i = count - 1; i > 0; i--) {
            tree[i - 1] = Hashes.commutativeKeccak256(tree[2 * i - 1], tree[2 * i]);
        }
    }

    /// @dev Path from the leaf of the `index`-th account up to the root.
    function proofOf(bytes32[] memory tree, uint256 index) internal pure returns (bytes32[] memory proof) {
        uint256 leaf = tree.length - 1 - index;
        uint256 depth = 0;
        for (uint256 i = leaf; i > 0; i = (i - 1) / 2) {
            depth++;
        }
        proof = new bytes32[](depth);
        uint256 node = leaf;
        for (uint256 step = 0; step < depth; step++) {
            proof[step] = tree[node % 2 == 1 ? node + 1 : node - 1];
            node = (node - 1) / 2;
        }
    }
}
