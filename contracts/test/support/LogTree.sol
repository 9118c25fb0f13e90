// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev The Merkle tree of RFC 6962, word by word from its section 2.1 and by recursion, unlike what it tests.
library LogTree {
    function leafOf(bytes memory entry) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(uint8(0), entry));
    }

    /// @dev MTH(D[from:to]).
    function rootOf(bytes[] memory entries, uint256 from, uint256 to) internal pure returns (bytes32) {
        if (to - from == 1) return leafOf(entries[from]);
        uint256 split = from + _largestPowerBelow(to - from);
        return sha256(abi.encodePacked(uint8(1), rootOf(entries, from, split), rootOf(entries, split, to)));
    }

    /// @dev PATH(index, D[from:to]), from the leaf up.
    function pathOf(bytes[] memory entries, uint256 index, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory path)
    {
        if (to - from == 1) return new bytes32[](0);
        uint256 split = from + _largestPowerBelow(to - from);
        bool isLeft = index < split;
        bytes32[] memory below =
            isLeft ? pathOf(entries, index, from, split) : pathOf(entries, index, split, to);
        path = new bytes32[](below.length + 1);
        for (uint256 i = 0; i < below.length; i++) {
            path[i] = below[i];
        }
        path[below.length] = isLeft ? rootOf(entries, split, to) : rootOf(entries, from, split);
    }

    function _largestPowerBelow(uint256 count) private pure returns (uint256 power) {
        power = 1;
        while (power * 2 < count) {
            power *= 2;
        }
    }
}
