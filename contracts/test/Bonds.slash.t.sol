// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBonds} from "../src/interfaces/IBonds.sol";
import {EpochAttestation, LogHead} from "../src/interfaces/Statements.sol";
import {bound, vm} from "./support/Cheats.sol";
import {BondsFixture} from "./support/BondsFixture.sol";
import {PRIVATE_KEY_END} from "./support/Permit.sol";

contract BondsSlashTest is BondsFixture {
    /// @dev [F18]
    function test_twoHeadsOfOneSizeCostTheLogItsBond() external {
        deposit(log, 101);
        LogHead memory one = LogHead(7, "one");
        LogHead memory other = LogHead(7, "other");
        bytes memory oneSigned = headSignedBy(LOG_KEY, one);
        bytes memory otherSigned = headSignedBy(LOG_KEY, other);
        vm.expectEmit(address(bonds));
        emit IBonds.Slashed(log, reporter, IBonds.Offence.TwoHeads, 50, 51);
        vm.prank(reporter);
        bonds.slashForTwoHeads(one, oneSigned, other, otherSigned);
        assertLost(log, 101);
        vm.expectRevert(abi.encodeWithSelector(IBonds.NoBond.selector, log));
        bonds.slashForTwoHeads(one, oneSigned, other, otherSigned);
    }

    function testFuzz_onlyTwoRootsOfOneSizeAreAnOffence(
        uint64[2] memory sizes,
        bytes32[2] memory roots,
        bool sameSize,
        bool sameRoot,
        uint256 amount
    ) external {
        if (sameSize) sizes[1] = sizes[0];
        if (sameRoot) roots[1] = roots[0];
        amount = bound(amount, 1, AMOUNT_MAX);
        deposit(log, amount);
        LogHead memory one = LogHead(sizes[0], roots[0]);
        LogHead memory other = LogHead(sizes[1], roots[1]);
        bytes memory oneSigned = headSignedBy(LOG_KEY, one);
        bytes memory otherSigned = headSignedBy(LOG_KEY, other);
        bool honest = sizes[0] != sizes[1] || roots[0] == roots[1];
        if (honest) vm.expectRevert(IBonds.NoConflict.selector);
        vm.prank(reporter);
        bonds.slashForTwoHeads(one, oneSigned, other, otherSigned);
        if (!honest) assertLost(log, amount);
    }

    function testFuzz_whatTheLogDidNotSignCostsNothing(uint256 key, bool second) external {
        key = key % (PRIVATE_KEY_END - 1) + 1;
        vm.assume(key != LOG_KEY);
        deposit(log, 100);
        LogHead memory one = LogHead(7, "one");
        LogHead memory other = LogHead(7, "other");
        bytes memory oneSigned = headSignedBy(second ? LOG_KEY : key, one);
        bytes memory otherSigned = headSignedBy(second ? key : LOG_KEY, other);
        vm.expectRevert(abi.encodeWithSelector(IBonds.WrongSigner.selector, log, vm.addr(key)));
        bonds.slashForTwoHeads(one, oneSigned, other, otherSigned);
    }

    /// @dev [F20]
    function test_twoAttestationsOfOneEpochCostAnAuditorItsBond() external {
        deposit(auditor(1), 100);
        (EpochAttestation memory one, EpochAttestation memory other) = _two(5, 5);
        bytes memory oneSigned = attestationSignedBy(auditorKeys[1], one);
        bytes memory otherSigned = attestationSignedBy(auditorKeys[1], other);
        vm.expectEmit(address(bonds));
        emit IBonds.Slashed(auditor(1), reporter, IBonds.Offence.TwoAttestations, 50, 50);
        vm.prank(reporter);
        bonds.slashForTwoAttestations(one, oneSigned, other, otherSigned);
        assertLost(auditor(1), 100);
    }

    function testFuzz_onlyTwoAttestationsOfOneEpochAreAnOffence(
        EpochAttestation memory one,
        EpochAttestation memory other,
        bool sameEpoch,
        bool same
    ) external {
        deposit(auditor(0), 100);
        if (sameEpoch) other.epoch = one.epoch;
        if (same) other = one;
        bytes memory oneSigned = attestationSignedBy(auditorKeys[0], one);
        bytes memory otherSigned = attestationSignedBy(auditorKeys[0], other);
        bool honest = one.epoch != other.epoch || keccak256(abi.encode(one)) == keccak256(abi.encode(other));
        if (honest) vm.expectRevert(IBonds.NoConflict.selector);
        vm.prank(reporter);
        bonds.slashForTwoAttestations(one, oneSigned, other, otherSigned);
        if (!honest) assertLost(auditor(0), 100);
    }

    function test_bothAttestationsAreOneAuditors() external {
        deposit(auditor(0), 100);
        (EpochAttestation memory one, EpochAttestation memory other) = _two(5, 5);
        bytes memory oneSigned = attestationSignedBy(auditorKeys[0], one);
        bytes memory otherSigned = attestationSignedBy(auditorKeys[1], other);
        vm.expectRevert(abi.encodeWithSelector(IBonds.WrongSigner.selector, auditor(0), auditor(1)));
        bonds.slashForTwoAttestations(one, oneSigned, other, otherSigned);
    }

    function testFuzz_onlyAnAuditorAttests(uint256 key) external {
        key = key % (PRIVATE_KEY_END - 1) + 1;
        vm.assume(!settlement.isAuditor(vm.addr(key)) && token.balanceOf(vm.addr(key)) == 0);
        deposit(vm.addr(key), 100);
        (EpochAttestation memory one, EpochAttestation memory other) = _two(5, 5);
        bytes memory oneSigned = attestationSignedBy(key, one);
        bytes memory otherSigned = attestationSignedBy(key, other);
        vm.expectRevert(abi.encodeWithSelector(IBonds.NotAuditor.selector, vm.addr(key)));
        bonds.slashForTwoAttestations(one, oneSigned, other, otherSigned);
    }

    function test_aBondOnItsWayOutIsLostAllTheSame() external {
        deposit(log, 100);
        vm.prank(log);
        bonds.unbond();
        vm.warp(START + UNBONDING_DELAY);
        LogHead memory one = LogHead(7, "one");
        LogHead memory other = LogHead(7, "other");
        bytes memory oneSigned = headSignedBy(LOG_KEY, one);
        bytes memory otherSigned = headSignedBy(LOG_KEY, other);
        vm.prank(reporter);
        bonds.slashForTwoHeads(one, oneSigned, other, otherSigned);
        assertLost(log, 100);
        vm.prank(log);
        vm.expectRevert(abi.encodeWithSelector(IBonds.NotYetWithdrawable.selector, log, 0));
        bonds.withdraw();
    }

    function _two(uint64 first, uint64 second)
        private
        pure
        returns (EpochAttestation memory one, EpochAttestation memory other)
    {
        one = EpochAttestation(first, 1, "log", "root", 10, 10, "charges");
        other = EpochAttestation(second, 1, "log", "another root", 10, 10, "charges");
    }
}
