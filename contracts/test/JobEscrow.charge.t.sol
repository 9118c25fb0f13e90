// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IJobEscrow} from "../src/interfaces/IJobEscrow.sol";
import {bound, vm} from "./support/Cheats.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";

contract JobEscrowChargeTest is EscrowFixture {
    function test_aChargeMovesTheDifference() external {
        fund(100, DEADLINE);
        escrow.chargeTo(jobId, 30);
        vm.expectEmit(address(escrow));
        emit IJobEscrow.JobCharged(jobId, 50, 20);
        escrow.chargeTo(jobId, 50);
        assertJob(100, 50, 0, IJobEscrow.JobState.Open);
        assertHeld(0, 50, 50);
    }

    function test_theSameChargeTwiceMovesItOnce() external {
        fund(100, DEADLINE);
        escrow.chargeTo(jobId, 30);
        escrow.chargeTo(jobId, 30);
        assertHeld(0, 70, 30);
    }

    function testFuzz_onlyTheHighestChargeCounts(uint256 funded, uint256[8] memory charges) external {
        funded = bound(funded, 1, AMOUNT_MAX);
        fund(funded, DEADLINE);
        uint256 highest = 0;
        for (uint256 i = 0; i < charges.length; i++) {
            highest = bound(charges[i], highest, funded);
            escrow.chargeTo(jobId, highest);
            escrow.chargeTo(jobId, highest);
            assertJob(funded, highest, 0, IJobEscrow.JobState.Open);
            assertHeld(0, funded - highest, highest);
        }
    }

    function test_aChargeNeverFalls() external {
        fund(100, DEADLINE);
        escrow.chargeTo(jobId, 30);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.ChargeBelowFormer.selector, jobId, 30, 29));
        escrow.chargeTo(jobId, 29);
    }

    function testFuzz_aChargeNeverFalls(uint256 former, uint256 next) external {
        former = bound(former, 1, AMOUNT_MAX);
        next = bound(next, 0, former - 1);
        fund(former, DEADLINE);
        escrow.chargeTo(jobId, former);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.ChargeBelowFormer.selector, jobId, former, next));
        escrow.chargeTo(jobId, next);
    }

    /// @dev [F16]
    function test_aChargeNeverExceedsTheBudget() external {
        fund(100, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.ChargeAboveFunded.selector, jobId, 100, 101));
        escrow.chargeTo(jobId, 101);
    }

    function testFuzz_aChargeNeverExceedsTheBudgetWhateverOthersPaidIn(uint256 funded, uint256 charge)
        external
    {
        funded = bound(funded, 1, AMOUNT_MAX);
        charge = bound(charge, funded + 1, type(uint256).max);
        fund(funded, DEADLINE);
        token.mint(address(escrow), AMOUNT_MAX);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.ChargeAboveFunded.selector, jobId, funded, charge));
        escrow.chargeTo(jobId, charge);
    }

    function test_anOverdueJobIsStillChargedWhileItIsOpen() external {
        fund(100, DEADLINE);
        vm.warp(DEADLINE + 1);
        escrow.chargeTo(jobId, 30);
        assertHeld(0, 70, 30);
    }

    function test_anEndedJobIsChargedNoMore() external {
        fund(100, DEADLINE);
        escrow.chargeTo(jobId, 30);
        escrow.close(jobId);
        escrow.chargeTo(jobId, 30);
        refusesNotOpen(IJobEscrow.JobState.Closed);
        escrow.chargeTo(jobId, 31);
        assertHeld(70, 0, 30);
    }

    function testFuzz_anUnknownJobIsNotCharged(bytes32 unknown, uint256 charge) external {
        vm.expectRevert(
            abi.encodeWithSelector(IJobEscrow.JobNotOpen.selector, unknown, IJobEscrow.JobState.Unknown)
        );
        escrow.chargeTo(unknown, charge);
    }

    function test_anUnknownJobIsNotChargedNothing() external {
        refusesNotOpen(IJobEscrow.JobState.Unknown);
        escrow.chargeTo(jobId, 0);
    }

    function testFuzz_onlyTheSettlementCharges(address caller, uint256 charge) external {
        vm.assume(caller != address(this));
        fund(100, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.NotSettlement.selector, caller));
        vm.prank(caller);
        escrow.chargeTo(jobId, charge);
    }

    function test_notEvenTheRequesterCharges() external {
        fund(100, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.NotSettlement.selector, requester));
        vm.prank(requester);
        escrow.chargeTo(jobId, 1);
    }
}
