// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EpochAttestation} from "../src/interfaces/Statements.sol";
import {bound, vm} from "./support/Cheats.sol";
import {SettlementFixture} from "./support/SettlementFixture.sol";

/// @dev Epochs that wait an hour for a veto.
contract SettlementDelayTest is SettlementFixture {
    uint64 private constant DELAY = 1 hours;

    EpochAttestation private waiting;
    ISettlement.Charge[] private waitingCharges;
    bytes32[] private waitingClosings;

    /// @dev [K8]
    function test_aProposalMovesNothingBeforeItsTime() external {
        bytes32 digest = _propose(60, 100);
        vm.assertEq(settlement.epoch(), 0);
        vm.assertEq(settlement.proposedEpoch(), 1);
        vm.assertEq(settlement.activatesAt(), START + DELAY);
        vm.assertEq(settlement.proposal(), digest);
        vm.assertEq(settlement.root(), bytes32(0));
        vm.assertEq(token.balanceOf(address(settlement)), 0);
        _refusesActivation(abi.encodeWithSelector(ISettlement.NotYetActive.selector, 1, START + DELAY));
    }

    function testFuzz_aProposalTakesEffectFromItsTimeOn(uint64 wait, address caller) external {
        wait = uint64(bound(wait, 0, 2 * DELAY));
        _propose(60, 100);
        vm.warp(START + wait);
        vm.prank(caller);
        if (wait < DELAY) {
            vm.expectRevert(abi.encodeWithSelector(ISettlement.NotYetActive.selector, 1, START + DELAY));
        }
        settlement.activateEpoch(waiting, waitingCharges, waitingClosings);
        vm.assertEq(settlement.epoch(), wait < DELAY ? 0 : 1);
        vm.assertEq(token.balanceOf(address(settlement)), wait < DELAY ? 0 : 100);
    }

    function test_itTakesEffectOnce() external {
        _proposeAndActivate(60, 100);
        vm.assertEq(settlement.proposal(), bytes32(0));
        vm.assertEq(settlement.claim(provider(0), 60, new bytes32[](0)), 60);
        _refusesActivation(abi.encodeWithSelector(ISettlement.NotProposed.selector, 1));
    }

    /// @dev [K8]
    function test_oneAuditorVetoesAndTheFormerRootStaysClaimable() external {
        _proposeAndActivate(60, 100);
        bytes32[] memory former = tree;
        _propose(75, 15);
        vm.expectEmit(address(settlement));
        emit ISettlement.EpochVetoed(2, auditor(2));
        vm.prank(auditor(2));
        settlement.veto(2);
        vm.warp(START + 3 * DELAY);
        _refusesActivation(abi.encodeWithSelector(ISettlement.NotProposed.selector, 2));
        vm.assertEq(settlement.epoch(), 1);
        vm.assertEq(settlement.root(), former[0]);
        vm.assertEq(settlement.claim(provider(0), 60, new bytes32[](0)), 60);
        vm.assertEq(settlement.totalCharged(), 100);
    }

    /// @dev A number is attested once, ever: after a veto a higher one is proposed.
    function test_afterAVetoTheNextNumberIsProposed() external {
        _propose(60, 100);
        vm.prank(auditor(0));
        settlement.veto(1);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(waiting));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.EpochNotNew.selector, 1, 1));
        settlement.proposeEpoch(waiting, waitingCharges, waitingClosings, signatures);
        _proposeAndActivate(70, 100);
        vm.assertEq(settlement.epoch(), 2);
        vm.assertEq(settlement.claim(provider(0), 70, new bytes32[](0)), 70);
    }

    function testFuzz_onlyAnAuditorVetoes(address caller) external {
        vm.assume(!settlement.isAuditor(caller));
        _propose(60, 100);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotAuditor.selector, caller));
        settlement.veto(1);
        vm.assertTrue(settlement.proposal() != 0, "the proposal waits");
    }

    function testFuzz_onlyWhatWaitsIsVetoed(uint64 epoch) external {
        vm.prank(auditor(0));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotProposed.selector, epoch));
        settlement.veto(epoch);
        _propose(60, 100);
        vm.assume(epoch != 1);
        vm.prank(auditor(0));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotProposed.selector, epoch));
        settlement.veto(epoch);
    }

    function test_whatIsInEffectIsNotVetoed() external {
        _proposeAndActivate(60, 100);
        vm.prank(auditor(0));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotProposed.selector, 1));
        settlement.veto(1);
    }

    function test_aNewerProposalTakesThePlaceOfOneThatWaits() external {
        _propose(60, 100);
        EpochAttestation memory replaced = waiting;
        vm.warp(START + DELAY / 2);
        _propose(70, 100);
        vm.warp(START + DELAY);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotProposed.selector, 1));
        settlement.activateEpoch(replaced, waitingCharges, waitingClosings);
        _refusesActivation(
            abi.encodeWithSelector(ISettlement.NotYetActive.selector, 2, START + DELAY / 2 + DELAY)
        );
        vm.warp(START + DELAY / 2 + DELAY);
        settlement.activateEpoch(waiting, waitingCharges, waitingClosings);
        vm.assertEq(settlement.totalCharged(), 100);
        vm.assertEq(settlement.claim(provider(0), 70, new bytes32[](0)), 70);
    }

    function test_itTakesEffectWithWhatWasProposed() external {
        _propose(60, 100);
        vm.warp(START + DELAY);
        bytes32 attested = waiting.chargesHash;
        waitingCharges[0].cumulative = 99;
        bytes32 actual = keccak256(abi.encode(waitingCharges, waitingClosings));
        _refusesActivation(abi.encodeWithSelector(ISettlement.WrongCharges.selector, attested, actual));
        waiting.totalEarned = 61;
        _refusesActivation(abi.encodeWithSelector(ISettlement.NotProposed.selector, 1));
    }

    function test_aRefundWhileItWaitsFailsAnEpochThatCharges() external {
        vm.warp(DEADLINE - 1);
        _propose(60, 100);
        bytes32 job = waitingCharges[0].jobId;
        vm.warp(DEADLINE + DELAY);
        escrow.refund(job);
        vm.expectPartialRevert(bytes4(keccak256("JobNotOpen(bytes32,uint8)")));
        settlement.activateEpoch(waiting, waitingCharges, waitingClosings);
        vm.assertEq(settlement.epoch(), 0);
        vm.assertTrue(settlement.proposal() != 0, "it waits, to be replaced");
    }

    function _delay() internal pure override returns (uint64) {
        return DELAY;
    }

    /// @dev One provider that has earned so much, of one more job that is charged so much.
    function _propose(uint256 earned, uint256 charged) private returns (bytes32 digest) {
        uint256[] memory one = new uint256[](1);
        one[0] = earned;
        waiting = attestEarnings(one, charged);
        waitingCharges = charges;
        waitingClosings = closedJobs;
        digest = settlement.attestationDigest(waiting);
        propose(waiting);
    }

    function _proposeAndActivate(uint256 earned, uint256 charged) private {
        _propose(earned, charged);
        vm.warp(settlement.activatesAt());
        settlement.activateEpoch(waiting, waitingCharges, waitingClosings);
    }

    function _refusesActivation(bytes memory why) private {
        vm.expectRevert(why);
        settlement.activateEpoch(waiting, waitingCharges, waitingClosings);
    }
}
