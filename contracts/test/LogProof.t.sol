// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LogProof} from "../src/LogProof.sol";
import {bound, vm} from "./support/Cheats.sol";
import {LogTree} from "./support/LogTree.sol";

contract LogProofTest {
    function leafOf(bytes calldata entry) external pure returns (bytes32) {
        return LogProof.leafOf(entry);
    }

    function rootOf(bytes32 leaf, uint64 index, uint64 size, bytes32[] calldata proof)
        external
        pure
        returns (bytes32)
    {
        return LogProof.rootOf(leaf, index, size, proof);
    }

    /// @dev The entries and roots that implementations of RFC 6962 test themselves by.
    function test_theRootsAreThoseOfTheKnownVectors() external view {
        bytes[] memory entries = _knownEntries();
        bytes32[8] memory roots = [
            bytes32(0x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d),
            0xfac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125,
            0xaeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77,
            0xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7,
            0x4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4,
            0x76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef,
            0xddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c,
            0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
        ];
        for (uint64 size = 1; size <= 8; size++) {
            for (uint64 index = 0; index < size; index++) {
                bytes32[] memory path = LogTree.pathOf(entries, index, 0, size);
                bytes32 root = this.rootOf(this.leafOf(entries[index]), index, size, path);
                vm.assertEq(root, roots[size - 1]);
            }
        }
    }

    function testFuzz_everyEntryLeadsToTheRoot(bytes[] memory entries, uint64 index) external view {
        vm.assume(entries.length > 0);
        index = uint64(bound(index, 0, entries.length - 1));
        bytes32[] memory path = LogTree.pathOf(entries, index, 0, entries.length);
        bytes32 root = this.rootOf(this.leafOf(entries[index]), index, uint64(entries.length), path);
        vm.assertEq(root, LogTree.rootOf(entries, 0, entries.length));
    }

    function testFuzz_anotherEntryLeadsElsewhere(
        uint64 size,
        uint64 index,
        bytes calldata entry,
        uint64 place
    ) external view {
        bytes[] memory entries = _entries(uint64(bound(size, 2, 40)));
        index = uint64(bound(index, 0, entries.length - 1));
        place = uint64(bound(place, 0, entries.length - 1));
        vm.assume(keccak256(entry) != keccak256(entries[place]));
        bytes32[] memory path = LogTree.pathOf(entries, index, 0, entries.length);
        bytes32 root = LogTree.rootOf(entries, 0, entries.length);
        // A place whose path has another length is refused, any other leads to another root.
        try this.rootOf(this.leafOf(entry), place, uint64(entries.length), path) returns (bytes32 proven) {
            vm.assertTrue(proven != root, "another root");
        } catch (bytes memory why) {
            vm.assertTrue(bytes4(why) == LogProof.MalformedProof.selector, "a malformed proof");
        }
    }

    function testFuzz_aProofHasAsManyHashesAsItsPlaceAsksFor(uint64 size, uint64 index, bool longer)
        external
    {
        bytes[] memory entries = _entries(uint64(bound(size, 2, 40)));
        index = uint64(bound(index, 0, entries.length - 1));
        bytes32[] memory path = LogTree.pathOf(entries, index, 0, entries.length);
        bytes32[] memory wrong = new bytes32[](longer ? path.length + 1 : path.length - 1);
        for (uint256 i = 0; i < wrong.length && i < path.length; i++) {
            wrong[i] = path[i];
        }
        bytes32 leaf = this.leafOf(entries[index]);
        vm.expectRevert(
            abi.encodeWithSelector(
                LogProof.MalformedProof.selector, index, uint64(entries.length), wrong.length
            )
        );
        this.rootOf(leaf, index, uint64(entries.length), wrong);
    }

    function testFuzz_anEntryLiesInsideTheLog(uint64 index, uint64 size, bytes32[] calldata proof) external {
        vm.assume(index >= size);
        vm.expectRevert(abi.encodeWithSelector(LogProof.MalformedProof.selector, index, size, proof.length));
        this.rootOf("leaf", index, size, proof);
    }

    function _knownEntries() private pure returns (bytes[] memory entries) {
        entries = new bytes[](8);
        entries[1] = hex"00";
        entries[2] = hex"10";
        entries[3] = hex"2021";
        entries[4] = hex"3031";
        entries[5] = hex"40414243";
        entries[6] = hex"5051525354555657";
        entries[7] = hex"606162636465666768696a6b6c6d6e6f";
    }

    function _entries(uint64 size) private pure returns (bytes[] memory entries) {
        entries = new bytes[](size);
        for (uint256 i = 0; i < size; i++) {
            entries[i] = abi.encode("entry", i);
        }
    }
}
