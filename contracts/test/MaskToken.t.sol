// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {MaskToken} from "../src/MaskToken.sol";
import {bound, person, vm} from "./support/Cheats.sol";
import {PRIVATE_KEY_END, Signature, signPermit} from "./support/Permit.sol";

contract MaskTokenTest {
    MaskToken private token = new MaskToken(address(this));
    address private alice = person("alice");

    function test_namesItselfMaskWithEighteenDecimals() external view {
        vm.assertEq(token.name(), "MASK");
        vm.assertEq(token.symbol(), "MASK");
        vm.assertEq(token.decimals(), 18);
        vm.assertEq(token.totalSupply(), 0);
    }

    function test_theOwnerMints() external {
        token.mint(alice, 5 ether);
        vm.assertEq(token.balanceOf(alice), 5 ether);
        vm.assertEq(token.totalSupply(), 5 ether);
    }

    function test_aStrangerDoesNotMint() external {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, alice));
        vm.prank(alice);
        token.mint(alice, 1);
    }

    function test_withoutAnOwnerNobodyMints() external {
        token.renounceOwnership();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        token.mint(alice, 1);
    }

    function testFuzz_onlyTheOwnerMints(address caller, uint256 amount) external {
        vm.assume(caller != address(this));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        vm.prank(caller);
        token.mint(caller, amount);
    }

    function testFuzz_mintingAddsExactlyThatMuch(address account, uint128 first, uint128 second) external {
        vm.assume(account != address(0));
        token.mint(account, first);
        token.mint(account, second);
        vm.assertEq(token.balanceOf(account), uint256(first) + second);
        vm.assertEq(token.totalSupply(), uint256(first) + second);
    }

    function testFuzz_transfersMoveTheWholeAmount(uint256 supply, uint256 amount) external {
        amount = bound(amount, 0, supply);
        token.mint(address(this), supply);
        token.transfer(alice, amount);
        vm.assertEq(token.balanceOf(alice), amount);
        vm.assertEq(token.balanceOf(address(this)), supply - amount);
        vm.assertEq(token.totalSupply(), supply);
    }

    function test_aPermitGivesAnAllowance() external {
        _permit(7, 100, block.timestamp);
        vm.assertEq(token.allowance(vm.addr(7), alice), 100);
    }

    function testFuzz_aPermitGivesExactlyThatAllowance(uint256 privateKey, uint256 amount, uint256 deadline)
        external
    {
        privateKey = bound(privateKey, 1, PRIVATE_KEY_END - 1);
        _permit(privateKey, amount, bound(deadline, block.timestamp, type(uint256).max));
        vm.assertEq(token.allowance(vm.addr(privateKey), alice), amount);
    }

    function testFuzz_anExpiredPermitIsRefused(uint256 now_, uint256 deadline) external {
        vm.warp(bound(now_, 1, type(uint64).max));
        deadline = bound(deadline, 0, block.timestamp - 1);
        Signature memory signature = signPermit(token, 7, alice, 100, deadline);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        token.permit(vm.addr(7), alice, 100, deadline, signature.v, signature.r, signature.s);
    }

    function _permit(uint256 privateKey, uint256 amount, uint256 deadline) private {
        Signature memory signature = signPermit(token, privateKey, alice, amount, deadline);
        token.permit(vm.addr(privateKey), alice, amount, deadline, signature.v, signature.r, signature.s);
    }
}
