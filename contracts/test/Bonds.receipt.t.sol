// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {LogProof} from "../src/LogProof.sol";
import {IBonds} from "../src/interfaces/IBonds.sol";
import {LogHead, LogReceipt} from "../src/interfaces/Statements.sol";
import {bound, vm} from "./support/Cheats.sol";
import {BondsFixture} from "./support/BondsFixture.sol";
import {LogTree} from "./support/LogTree.sol";

/// @dev A log of a few entries that a provider was promised a place in.
contract BondsReceiptTest is BondsFixture {
    uint64 private constant SIZE = 11;

    bytes[] private entries = _someEntries();

    /// @dev [F19]
    function test_aPromisedEntryThatIsNotThereCostsTheLogItsBond() external {
        deposit(log, 100);
        LogReceipt memory receipt = LogReceipt("C", 6, LogTree.leafOf("an entry with C"));
        bytes memory signed = signedBy(LOG_KEY, settlement.logReceiptDigest(receipt));
        LogHead memory head = LogHead(SIZE, LogTree.rootOf(entries, 0, SIZE));
        bytes memory headSigned = headSignedBy(LOG_KEY, head);
        bytes32[] memory path = LogTree.pathOf(entries, 6, 0, SIZE);
        vm.expectEmit(address(bonds));
        emit IBonds.Slashed(log, reporter, IBonds.Offence.BrokenReceipt, 50, 50);
        vm.prank(reporter);
        bonds.slashForBrokenReceipt(receipt, signed, head, headSigned, entries[6], path);
        assertLost(log, 100);
    }

    function testFuzz_aReceiptIsKeptOrBroken(uint64 size, uint64 index, bytes calldata promised) external {
        size = uint64(bound(size, 1, SIZE));
        index = uint64(bound(index, 0, size - 1));
        bool kept = promised.length % 3 == 0;
        deposit(log, 100);
        LogReceipt memory receipt =
            LogReceipt("C", index, kept ? LogTree.leafOf(entries[index]) : LogTree.leafOf(promised));
        bytes memory signed = signedBy(LOG_KEY, settlement.logReceiptDigest(receipt));
        LogHead memory head = LogHead(size, LogTree.rootOf(entries, 0, size));
        bytes memory headSigned = headSignedBy(LOG_KEY, head);
        bytes32[] memory path = LogTree.pathOf(entries, index, 0, size);
        if (kept) vm.expectRevert(IBonds.NoConflict.selector);
        vm.prank(reporter);
        bonds.slashForBrokenReceipt(receipt, signed, head, headSigned, entries[index], path);
        if (!kept) assertLost(log, 100);
    }

    function testFuzz_theEntryShownMustBeInTheLog(bytes calldata shown) external {
        LogReceipt memory receipt = LogReceipt("C", 6, LogTree.leafOf(entries[6]));
        vm.assume(keccak256(shown) != keccak256(entries[6]));
        bytes memory signed = signedBy(LOG_KEY, settlement.logReceiptDigest(receipt));
        LogHead memory head = LogHead(SIZE, LogTree.rootOf(entries, 0, SIZE));
        bytes memory headSigned = headSignedBy(LOG_KEY, head);
        bytes32[] memory path = LogTree.pathOf(entries, 6, 0, SIZE);
        vm.expectPartialRevert(IBonds.NotInLog.selector);
        bonds.slashForBrokenReceipt(receipt, signed, head, headSigned, shown, path);
    }

    function test_aHeadThatDoesNotReachTheIndexProvesNothing() external {
        LogReceipt memory receipt = LogReceipt("C", SIZE, LogTree.leafOf("an entry with C"));
        bytes memory signed = signedBy(LOG_KEY, settlement.logReceiptDigest(receipt));
        LogHead memory head = LogHead(SIZE, LogTree.rootOf(entries, 0, SIZE));
        bytes memory headSigned = headSignedBy(LOG_KEY, head);
        vm.expectRevert(abi.encodeWithSelector(LogProof.MalformedProof.selector, SIZE, SIZE, 0));
        bonds.slashForBrokenReceipt(receipt, signed, head, headSigned, entries[0], new bytes32[](0));
    }

    function test_bothAreTheLogsOwnWords() external {
        LogReceipt memory receipt = LogReceipt("C", 6, LogTree.leafOf("an entry with C"));
        LogHead memory head = LogHead(SIZE, LogTree.rootOf(entries, 0, SIZE));
        bytes memory signed = signedBy(LOG_KEY, settlement.logReceiptDigest(receipt));
        bytes memory headSigned = headSignedBy(LOG_KEY, head);
        bytes memory forged = signedBy(auditorKeys[0], settlement.logReceiptDigest(receipt));
        bytes memory headForged = headSignedBy(auditorKeys[0], head);
        bytes32[] memory path = LogTree.pathOf(entries, 6, 0, SIZE);
        bytes memory why = abi.encodeWithSelector(IBonds.WrongSigner.selector, log, auditor(0));
        vm.expectRevert(why);
        bonds.slashForBrokenReceipt(receipt, forged, head, headSigned, entries[6], path);
        vm.expectRevert(why);
        bonds.slashForBrokenReceipt(receipt, signed, head, headForged, entries[6], path);
    }

    function _someEntries() private pure returns (bytes[] memory some) {
        some = new bytes[](SIZE);
        for (uint256 i = 0; i < SIZE; i++) {
            some[i] = abi.encode("entry", i);
        }
    }
}
