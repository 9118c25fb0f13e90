// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IJobEscrow} from "../src/interfaces/IJobEscrow.sol";
import {bound, vm} from "./support/Cheats.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {PRIVATE_KEY_END, Signature, signPermit} from "./support/Permit.sol";

contract JobEscrowPermitTest is EscrowFixture {
    function test_onePermitOneTransaction() external {
        _becomeRequester(7, 100);
        _fundWithPermit(100, signPermit(token, 7, address(escrow), 100, DEADLINE));
        assertJob(100, 0, 0, IJobEscrow.JobState.Open);
        assertHeld(0, 100, 0);
        vm.assertEq(token.allowance(requester, address(escrow)), 0);
    }

    function testFuzz_anyKeyAndAmount(uint256 privateKey, uint256 amount) external {
        privateKey = bound(privateKey, 1, PRIVATE_KEY_END - 1);
        amount = bound(amount, 1, AMOUNT_MAX);
        _becomeRequester(privateKey, amount);
        _fundWithPermit(amount, signPermit(token, privateKey, address(escrow), amount, DEADLINE));
        assertJob(amount, 0, 0, IJobEscrow.JobState.Open);
        assertHeld(0, amount, 0);
    }

    function test_aPermitUsedUpByAnotherStillFunds() external {
        _becomeRequester(7, 100);
        Signature memory signature = signPermit(token, 7, address(escrow), 100, DEADLINE);
        vm.prank(stranger);
        token.permit(requester, address(escrow), 100, DEADLINE, signature.v, signature.r, signature.s);
        _fundWithPermit(100, signature);
        assertJob(100, 0, 0, IJobEscrow.JobState.Open);
    }

    function test_anotherCannotFundWithIt() external {
        _becomeRequester(7, 100);
        Signature memory signature = signPermit(token, 7, address(escrow), 100, DEADLINE);
        requester = stranger;
        _refusesForAllowance(100, 0);
        _fundWithPermit(100, signature);
    }

    function testFuzz_aPermitForAnotherAmountMovesNothing(uint256 signed, uint256 amount) external {
        amount = bound(amount, 1, AMOUNT_MAX);
        vm.assume(signed != amount);
        _becomeRequester(7, amount);
        Signature memory signature = signPermit(token, 7, address(escrow), signed, DEADLINE);
        _refusesForAllowance(amount, 0);
        _fundWithPermit(amount, signature);
    }

    function test_anExpiredPermitMovesNothing() external {
        _becomeRequester(7, 100);
        Signature memory signature = signPermit(token, 7, address(escrow), 100, START - 1);
        _refusesForAllowance(100, 0);
        vm.prank(requester);
        escrow.fundWithPermit(SALT, 100, DEADLINE, START - 1, signature.v, signature.r, signature.s);
    }

    function testFuzz_aFormerAllowanceServesWhereThePermitFails(uint8 v, bytes32 r, bytes32 s) external {
        allow(100);
        _fundWithPermit(100, Signature(v, r, s));
        assertJob(100, 0, 0, IJobEscrow.JobState.Open);
    }

    function _becomeRequester(uint256 privateKey, uint256 amount) private {
        requester = vm.addr(privateKey);
        jobId = escrow.jobIdOf(requester, SALT);
        token.mint(requester, amount);
    }

    function _fundWithPermit(uint256 amount, Signature memory signature) private {
        vm.prank(requester);
        escrow.fundWithPermit(SALT, amount, DEADLINE, DEADLINE, signature.v, signature.r, signature.s);
    }

    function _refusesForAllowance(uint256 amount, uint256 allowed) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), allowed, amount
            )
        );
    }
}
