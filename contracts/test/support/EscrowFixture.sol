// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {JobEscrow} from "../../src/JobEscrow.sol";
import {MaskToken} from "../../src/MaskToken.sol";
import {IJobEscrow} from "../../src/interfaces/IJobEscrow.sol";
import {person, vm} from "./Cheats.sol";

/// @dev An escrow whose settlement is the test itself, and one requester.
abstract contract EscrowFixture {
    uint256 internal constant AMOUNT_MAX = type(uint128).max;
    bytes32 internal constant SALT = "first job";
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant DEADLINE = START + 1 days;

    MaskToken internal token = new MaskToken(address(this));
    JobEscrow internal escrow = new JobEscrow(token);
    address internal requester = person("requester");
    address internal stranger = person("stranger");
    bytes32 internal jobId = escrow.jobIdOf(requester, SALT);

    function setUp() external {
        vm.warp(START);
    }

    /// @dev Gives the requester `amount` more tokens, and the escrow leave to take them.
    function allow(uint256 amount) internal {
        token.mint(requester, amount);
        uint256 allowed = token.allowance(requester, address(escrow));
        vm.prank(requester);
        token.approve(address(escrow), allowed + amount);
    }

    function fund(uint256 amount, uint64 refundableAt) internal {
        allow(amount);
        vm.prank(requester);
        escrow.fund(SALT, amount, refundableAt);
    }

    function assertJob(uint256 funded, uint256 charged, uint256 refunded, IJobEscrow.JobState state)
        internal
        view
    {
        IJobEscrow.Job memory job = escrow.jobs(jobId);
        vm.assertEq(job.requester, requester);
        vm.assertEq(job.funded, funded, "funded");
        vm.assertEq(job.charged, charged, "charged");
        vm.assertEq(job.refunded, refunded, "refunded");
        vm.assertTrue(job.state == state, "state");
    }

    /// @dev Who holds what. Everything in these tests is held by one of the three.
    function assertHeld(uint256 byRequester, uint256 byEscrow, uint256 bySettlement) internal view {
        vm.assertEq(token.balanceOf(requester), byRequester, "held by the requester");
        vm.assertEq(token.balanceOf(address(escrow)), byEscrow, "held by the escrow");
        vm.assertEq(token.balanceOf(address(this)), bySettlement, "held by the settlement");
    }

    function refusesNotOpen(IJobEscrow.JobState state) internal {
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.JobNotOpen.selector, jobId, state));
    }
}
