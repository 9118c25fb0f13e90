// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBonds} from "../src/interfaces/IBonds.sol";
import {bound, vm} from "./support/Cheats.sol";
import {BondsFixture} from "./support/BondsFixture.sol";

contract BondsKeepTest is BondsFixture {
    function test_aBondIsPutUpAndAddedTo() external {
        deposit(log, 100);
        token.mint(log, 20);
        vm.prank(log);
        token.approve(address(bonds), 20);
        vm.expectEmit(address(bonds));
        emit IBonds.Deposited(log, 20, 120);
        vm.prank(log);
        bonds.deposit(20);
        vm.assertEq(bonds.bonds(log).amount, 120);
        vm.assertEq(token.balanceOf(address(bonds)), 120);
    }

    function testFuzz_bondsAreKeptApart(uint256 first, uint256 second) external {
        first = bound(first, 1, AMOUNT_MAX);
        second = bound(second, 1, AMOUNT_MAX);
        deposit(log, first);
        deposit(auditor(0), second);
        vm.assertEq(bonds.bonds(log).amount, first);
        vm.assertEq(bonds.bonds(auditor(0)).amount, second);
        vm.assertEq(token.balanceOf(address(bonds)), first + second);
    }

    function test_nothingIsNoBond() external {
        vm.expectRevert(IBonds.NothingDeposited.selector);
        bonds.deposit(0);
        vm.expectRevert(abi.encodeWithSelector(IBonds.NoBond.selector, address(this)));
        bonds.unbond();
        vm.expectRevert(abi.encodeWithSelector(IBonds.NotYetWithdrawable.selector, address(this), 0));
        bonds.withdraw();
    }

    function test_aBondComesBackAfterItsDelay() external {
        deposit(log, 100);
        vm.expectEmit(address(bonds));
        emit IBonds.Leaving(log, START + UNBONDING_DELAY);
        vm.prank(log);
        bonds.unbond();
        vm.warp(START + UNBONDING_DELAY);
        vm.expectEmit(address(bonds));
        emit IBonds.Withdrawn(log, 100);
        vm.prank(log);
        bonds.withdraw();
        vm.assertEq(token.balanceOf(log), 100);
        vm.prank(log);
        vm.expectRevert(abi.encodeWithSelector(IBonds.NotYetWithdrawable.selector, log, 0));
        bonds.withdraw();
    }

    function testFuzz_aBondComesBackNotBeforeItsDelay(uint256 amount, uint64 wait) external {
        amount = bound(amount, 1, AMOUNT_MAX);
        wait = uint64(bound(wait, 0, 2 * UNBONDING_DELAY));
        deposit(log, amount);
        vm.prank(log);
        bonds.unbond();
        vm.warp(START + wait);
        if (wait < UNBONDING_DELAY) {
            vm.expectRevert(
                abi.encodeWithSelector(IBonds.NotYetWithdrawable.selector, log, START + UNBONDING_DELAY)
            );
        }
        vm.prank(log);
        bonds.withdraw();
        vm.assertEq(token.balanceOf(log), wait < UNBONDING_DELAY ? 0 : amount);
    }

    function test_whoDoesNotLeaveGetsNothingBack() external {
        deposit(log, 100);
        vm.warp(START + 2 * UNBONDING_DELAY);
        vm.prank(log);
        vm.expectRevert(abi.encodeWithSelector(IBonds.NotYetWithdrawable.selector, log, 0));
        bonds.withdraw();
    }

    function test_whoAddsToABondStays() external {
        deposit(log, 100);
        vm.prank(log);
        bonds.unbond();
        deposit(log, 1);
        vm.warp(START + UNBONDING_DELAY);
        vm.prank(log);
        vm.expectRevert(abi.encodeWithSelector(IBonds.NotYetWithdrawable.selector, log, 0));
        bonds.withdraw();
    }
}
