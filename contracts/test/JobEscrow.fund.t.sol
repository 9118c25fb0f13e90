// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IJobEscrow} from "../src/interfaces/IJobEscrow.sol";
import {bound, vm} from "./support/Cheats.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";

contract JobEscrowFundTest is EscrowFixture {
    function test_theFirstFundingOpensTheJob() external {
        allow(100);
        vm.expectEmit(address(escrow));
        emit IJobEscrow.JobFunded(jobId, requester, 100, 100, DEADLINE);
        vm.prank(requester);
        vm.assertEq(escrow.fund(SALT, 100, DEADLINE), jobId);
        assertJob(100, 0, 0, IJobEscrow.JobState.Open);
        vm.assertEq(escrow.jobs(jobId).refundableAt, DEADLINE);
        assertHeld(0, 100, 0);
    }

    function test_aTopUpAddsAndMayMoveTheDeadline() external {
        fund(100, DEADLINE);
        fund(20, DEADLINE + 1);
        assertJob(120, 0, 0, IJobEscrow.JobState.Open);
        vm.assertEq(escrow.jobs(jobId).refundableAt, DEADLINE + 1);
        assertHeld(0, 120, 0);
    }

    function test_aTopUpOfNothingMovesTheDeadlineAlone() external {
        fund(100, DEADLINE);
        fund(0, DEADLINE + 1);
        assertJob(100, 0, 0, IJobEscrow.JobState.Open);
        vm.assertEq(escrow.jobs(jobId).refundableAt, DEADLINE + 1);
    }

    function testFuzz_fundingsAddUp(uint256 first, uint256 second, uint64 deadline) external {
        first = bound(first, 1, AMOUNT_MAX);
        second = bound(second, 0, AMOUNT_MAX);
        deadline = uint64(bound(deadline, START + 1, START + escrow.REFUND_DELAY_MAX_SECONDS()));
        fund(first, deadline);
        fund(second, deadline);
        assertJob(first + second, 0, 0, IJobEscrow.JobState.Open);
        vm.assertEq(escrow.jobs(jobId).refundableAt, deadline);
        assertHeld(0, first + second, 0);
    }

    function test_aJobDoesNotOpenWithNothing() external {
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.NothingToFund.selector, jobId));
        vm.prank(requester);
        escrow.fund(SALT, 0, DEADLINE);
    }

    function test_fundingNeedsTheTokens() external {
        vm.prank(requester);
        token.approve(address(escrow), 100);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, requester, 0, 100)
        );
        vm.prank(requester);
        escrow.fund(SALT, 100, DEADLINE);
    }

    function testFuzz_fundingNeedsTheAllowance(uint256 allowed, uint256 amount) external {
        amount = bound(amount, 1, AMOUNT_MAX);
        allowed = bound(allowed, 0, amount - 1);
        token.mint(requester, amount);
        vm.prank(requester);
        token.approve(address(escrow), allowed);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), allowed, amount
            )
        );
        vm.prank(requester);
        escrow.fund(SALT, amount, DEADLINE);
    }

    function test_theDeadlineMustLieAhead() external {
        refusesDeadline(START, START + 1);
        refusesDeadline(0, START + 1);
    }

    function test_aDeadlineInMillisecondsIsRefused() external {
        refusesDeadline(DEADLINE * 1000, START + 1);
    }

    function test_theDeadlineNeverMovesEarlier() external {
        fund(100, DEADLINE);
        refusesDeadline(DEADLINE - 1, DEADLINE);
    }

    function test_anOverdueJobIsToppedUpOnlyWithANewDeadline() external {
        fund(100, DEADLINE);
        vm.warp(DEADLINE + 5);
        refusesDeadline(DEADLINE, DEADLINE + 6);
        fund(0, DEADLINE + 6);
        vm.assertEq(escrow.jobs(jobId).refundableAt, DEADLINE + 6);
    }

    function testFuzz_theDeadlineStaysInRange(uint64 former, uint64 elapsed, uint64 next) external {
        uint64 delayMax = escrow.REFUND_DELAY_MAX_SECONDS();
        former = uint64(bound(former, START + 1, START + delayMax));
        fund(100, former);
        vm.warp(START + bound(elapsed, 0, 2 * uint256(delayMax)));
        next = uint64(bound(next, START, START + 3 * uint256(delayMax)));
        uint256 earliest = former > block.timestamp ? former : block.timestamp + 1;
        if (next < earliest || next > block.timestamp + delayMax) {
            refusesDeadline(next, earliest);
        } else {
            fund(0, next);
            vm.assertEq(escrow.jobs(jobId).refundableAt, next);
        }
    }

    function testFuzz_nobodyReachesAnothersJob(address other, bytes32 salt, bytes32 otherSalt) external view {
        vm.assume(other != requester);
        vm.assertTrue(escrow.jobIdOf(other, otherSalt) != escrow.jobIdOf(requester, salt), "ids differ");
        vm.assertEq(escrow.jobIdOf(requester, salt), keccak256(abi.encode(requester, salt)));
    }

    function test_aStrangerWithTheSameSaltOpensAJobOfTheirOwn() external {
        token.mint(stranger, 7);
        vm.prank(stranger);
        token.approve(address(escrow), 7);
        vm.prank(stranger);
        bytes32 other = escrow.fund(SALT, 7, DEADLINE);
        vm.assertEq(escrow.jobs(other).requester, stranger);
        fund(100, DEADLINE);
        assertJob(100, 0, 0, IJobEscrow.JobState.Open);
    }

    function test_anEndedJobIsNotFundedAgain() external {
        fund(100, DEADLINE);
        escrow.close(jobId);
        refusesNotOpen(IJobEscrow.JobState.Closed);
        vm.prank(requester);
        escrow.fund(SALT, 100, DEADLINE);
    }

    function refusesDeadline(uint64 refundableAt, uint256 earliest) private {
        uint256 latest = block.timestamp + escrow.REFUND_DELAY_MAX_SECONDS();
        allow(1);
        vm.expectRevert(
            abi.encodeWithSelector(IJobEscrow.RefundTimeOutOfRange.selector, refundableAt, earliest, latest)
        );
        vm.prank(requester);
        escrow.fund(SALT, 1, refundableAt);
    }
}
