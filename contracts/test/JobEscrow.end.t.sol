// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IJobEscrow} from "../src/interfaces/IJobEscrow.sol";
import {bound, vm} from "./support/Cheats.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";

contract JobEscrowEndTest is EscrowFixture {
    function test_closingReturnsWhatIsUnspent() external {
        fund(100, DEADLINE);
        escrow.chargeTo(jobId, 30);
        vm.expectEmit(address(escrow));
        emit IJobEscrow.JobEnded(jobId, requester, IJobEscrow.JobState.Closed, 70);
        escrow.close(jobId);
        assertJob(100, 30, 70, IJobEscrow.JobState.Closed);
        assertHeld(70, 0, 30);
    }

    function testFuzz_closingReturnsWhatIsUnspentAndNoMore(uint256 funded, uint256 charged, uint256 others)
        external
    {
        (funded, charged) = _spend(funded, charged);
        others = bound(others, 0, AMOUNT_MAX);
        token.mint(address(escrow), others);
        escrow.close(jobId);
        assertJob(funded, charged, funded - charged, IJobEscrow.JobState.Closed);
        assertHeld(funded - charged, others, charged);
    }

    function test_closingTwiceReturnsItOnce() external {
        fund(100, DEADLINE);
        token.mint(address(escrow), 1000);
        escrow.close(jobId);
        escrow.close(jobId);
        assertHeld(100, 1000, 0);
    }

    function test_aRefundJustBeforeDoesNotFailTheClosing() external {
        fund(100, DEADLINE);
        vm.warp(DEADLINE);
        escrow.refund(jobId);
        escrow.close(jobId);
        assertJob(100, 0, 100, IJobEscrow.JobState.Refunded);
        assertHeld(100, 0, 0);
    }

    function test_anUnknownJobIsNotClosed() external {
        refusesNotOpen(IJobEscrow.JobState.Unknown);
        escrow.close(jobId);
    }

    function testFuzz_onlyTheSettlementCloses(address caller) external {
        vm.assume(caller != address(this));
        fund(100, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.NotSettlement.selector, caller));
        vm.prank(caller);
        escrow.close(jobId);
    }

    function test_fromTheDeadlineOnAnyoneRefundsTheRequester() external {
        fund(100, DEADLINE);
        escrow.chargeTo(jobId, 30);
        vm.warp(DEADLINE);
        vm.expectEmit(address(escrow));
        emit IJobEscrow.JobEnded(jobId, requester, IJobEscrow.JobState.Refunded, 70);
        vm.prank(stranger);
        escrow.refund(jobId);
        assertJob(100, 30, 70, IJobEscrow.JobState.Refunded);
        assertHeld(70, 0, 30);
    }

    function testFuzz_aRefundReturnsWhatIsUnspentAndNoMore(
        address caller,
        uint256 funded,
        uint256 charged,
        uint256 late
    ) external {
        (funded, charged) = _spend(funded, charged);
        token.mint(address(escrow), AMOUNT_MAX);
        vm.warp(bound(late, DEADLINE, type(uint64).max));
        vm.prank(caller);
        escrow.refund(jobId);
        assertJob(funded, charged, funded - charged, IJobEscrow.JobState.Refunded);
        assertHeld(funded - charged, AMOUNT_MAX, charged);
    }

    function test_beforeTheDeadlineNobodyRefunds() external {
        fund(100, DEADLINE);
        vm.warp(DEADLINE - 1);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.NotYetRefundable.selector, jobId, DEADLINE));
        vm.prank(requester);
        escrow.refund(jobId);
    }

    function testFuzz_beforeTheDeadlineNobodyRefunds(address caller, uint256 now_) external {
        fund(100, DEADLINE);
        vm.warp(bound(now_, START, DEADLINE - 1));
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.NotYetRefundable.selector, jobId, DEADLINE));
        vm.prank(caller);
        escrow.refund(jobId);
    }

    function test_aRefundHappensOnce() external {
        fund(100, DEADLINE);
        token.mint(address(escrow), 1000);
        vm.warp(DEADLINE);
        escrow.refund(jobId);
        refusesNotOpen(IJobEscrow.JobState.Refunded);
        escrow.refund(jobId);
    }

    function test_aClosedJobIsNotRefundedAgain() external {
        fund(100, DEADLINE);
        token.mint(address(escrow), 1000);
        escrow.close(jobId);
        vm.warp(DEADLINE);
        refusesNotOpen(IJobEscrow.JobState.Closed);
        escrow.refund(jobId);
    }

    function testFuzz_anUnknownJobIsNotRefunded(bytes32 unknown) external {
        vm.expectRevert(
            abi.encodeWithSelector(IJobEscrow.JobNotOpen.selector, unknown, IJobEscrow.JobState.Unknown)
        );
        escrow.refund(unknown);
    }

    function test_aFullySpentJobEndsWithNothingToReturn() external {
        fund(100, DEADLINE);
        escrow.chargeTo(jobId, 100);
        escrow.close(jobId);
        assertJob(100, 100, 0, IJobEscrow.JobState.Closed);
        assertHeld(0, 0, 100);
    }

    function _spend(uint256 funded, uint256 charged) private returns (uint256, uint256) {
        funded = bound(funded, 1, AMOUNT_MAX);
        charged = bound(charged, 0, funded);
        fund(funded, DEADLINE);
        escrow.chargeTo(jobId, charged);
        return (funded, charged);
    }
}
