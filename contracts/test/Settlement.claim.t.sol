// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {bound, vm} from "./support/Cheats.sol";
import {MerkleTree} from "./support/MerkleTree.sol";
import {SettlementFixture} from "./support/SettlementFixture.sol";

contract SettlementClaimTest is SettlementFixture {
    /// @dev [F21]
    function test_aClaimPaysTheAccountOfTheLeafWhoeverSendsIt() external {
        postEarnings([uint256(60), 40], 100);
        vm.expectEmit(address(settlement));
        emit ISettlement.Claimed(provider(0), 60, 60);
        vm.prank(stranger);
        vm.assertEq(settlement.claim(provider(0), 60, proofOf(0)), 60);
        assertPaid(0, 60);
        vm.assertEq(token.balanceOf(stranger), 0);
        vm.assertEq(token.balanceOf(address(settlement)), 40);
        vm.assertEq(settlement.totalClaimed(), 60);
    }

    function test_aLaterClaimPaysTheDifference() external {
        postEarnings([uint256(60), 40], 100);
        claim(0, 60);
        postEarnings([uint256(75), 40], 15);
        vm.assertEq(claim(0, 75), 15);
        assertPaid(0, 75);
    }

    function test_oneClaimCoversTheEpochsMissed() external {
        postEarnings([uint256(60), 40], 100);
        postEarnings([uint256(75), 40], 15);
        postEarnings([uint256(90), 50], 25);
        vm.assertEq(claim(0, 90), 90);
        assertPaid(0, 90);
    }

    function testFuzz_everyProviderIsPaidExactlyWhatItEarned(
        uint8 providers,
        uint64[] memory gains,
        address caller
    ) external {
        uint256[] memory earned = new uint256[](bound(providers, 1, 12));
        for (uint256 epoch = 0; epoch < 3; epoch++) {
            uint256 total = 0;
            for (uint256 i = 0; i < earned.length; i++) {
                uint256 gain = gains.length == 0 ? 1 : gains[(epoch * earned.length + i) % gains.length];
                earned[i] += gain + 1;
                total += gain + 1;
            }
            postEarnings(earned, total);
            // Each claims in some epochs only; the last one pays what is left.
            for (uint256 i = 0; i < earned.length; i++) {
                if (epoch < 2 && (i + epoch) % 2 == 0) continue;
                vm.prank(caller);
                settlement.claim(provider(i), earned[i], proofOf(i));
                assertPaid(i, earned[i]);
            }
        }
        vm.assertEq(settlement.totalClaimed(), settlement.totalEarned());
        vm.assertEq(token.balanceOf(address(settlement)), 0);
    }

    function test_aSecondClaimPaysNothing() external {
        postEarnings([uint256(60), 40], 100);
        claim(0, 60);
        refusesNothingToClaim(0, 60);
        claim(0, 60);
    }

    function test_anOlderLeafPaysNothing() external {
        postEarnings([uint256(60), 40], 100);
        bytes32[] memory former = proofOf(0);
        postEarnings([uint256(75), 40], 15);
        refusesProof(provider(0), 60);
        settlement.claim(provider(0), 60, former);
        claim(0, 75);
        refusesNothingToClaim(0, 75);
        settlement.claim(provider(0), 60, former);
    }

    function test_aLowerLeafTakesNothingBack() external {
        postEarnings([uint256(60), 40], 100);
        claim(0, 60);
        postEarnings([uint256(10), 90], 0 + 1);
        refusesNothingToClaim(0, 60);
        claim(0, 10);
        vm.assertEq(token.balanceOf(provider(0)), 60);
    }

    function testFuzz_nobodyIsPaidTwice(uint256 earned, uint8 attempts) external {
        earned = bound(earned, 1, AMOUNT_MAX);
        postEarnings([earned, earned], 2 * earned);
        claim(0, earned);
        for (uint256 i = 0; i < attempts % 8; i++) {
            refusesNothingToClaim(0, earned);
            claim(0, earned);
        }
        assertPaid(0, earned);
        vm.assertEq(token.balanceOf(address(settlement)), earned);
    }

    function test_aClaimNeedsItsOwnProof() external {
        postEarnings([uint256(60), 40], 100);
        refusesProof(provider(0), 61);
        settlement.claim(provider(0), 61, proofOf(0));
        refusesProof(stranger, 60);
        settlement.claim(stranger, 60, proofOf(0));
        refusesProof(provider(0), 60);
        settlement.claim(provider(0), 60, proofOf(1));
    }

    function testFuzz_noOtherAmountOrAccountIsPaid(
        address account,
        uint256 cumulative,
        bytes32[] memory proof
    ) external {
        postEarnings([uint256(60), 40], 100);
        cumulative = bound(cumulative, 1, type(uint256).max);
        vm.assume(account != provider(0) && account != provider(1));
        refusesProof(account, cumulative);
        settlement.claim(account, cumulative, proof);
        refusesProof(account, cumulative);
        settlement.claim(account, cumulative, proofOf(0));
        vm.assume(cumulative != 60);
        refusesProof(provider(0), cumulative);
        settlement.claim(provider(0), cumulative, proofOf(0));
    }

    function test_aLoneLeafNeedsNoProof() external {
        uint256[] memory earned = new uint256[](1);
        earned[0] = 60;
        postEarnings(earned, 60);
        vm.assertEq(settlement.claim(provider(0), 60, new bytes32[](0)), 60);
    }

    function test_anInnerNodeIsNoLeaf() external {
        postEarnings([uint256(60), 40], 100);
        // The root is the hash of its two children: read as account and amount, they must not be a leaf.
        bytes32 left = tree[1] < tree[2] ? tree[1] : tree[2];
        bytes32 right = tree[1] < tree[2] ? tree[2] : tree[1];
        vm.assertEq(keccak256(abi.encode(left, right)), settlement.root());
        address account = address(uint160(uint256(left)));
        refusesProof(account, uint256(right));
        settlement.claim(account, uint256(right), new bytes32[](0));
    }

    function testFuzz_beforeTheFirstRootNothingIsPaid(
        address account,
        uint256 cumulative,
        bytes32[] memory proof
    ) external {
        cumulative = bound(cumulative, 1, type(uint256).max);
        token.mint(address(settlement), AMOUNT_MAX);
        refusesProof(account, cumulative);
        settlement.claim(account, cumulative, proof);
    }

    function test_aRootThatPromisesTooMuchPaysOnlyWhatWasEarned() external {
        token.mint(address(settlement), 1000);
        _postUncovered([uint256(60), 60], 100);
        claim(0, 60);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.ClaimAboveEarned.selector, 100, 60));
        claim(1, 60);
    }

    function testFuzz_aRootThatPromisesTooMuchPaysOnlyWhatWasEarned(
        uint256[2] memory promised,
        uint256 charged
    ) external {
        charged = bound(charged, 1, AMOUNT_MAX);
        token.mint(address(settlement), AMOUNT_MAX);
        promised = [bound(promised[0], 1, type(uint256).max), bound(promised[1], 1, type(uint256).max)];
        _postUncovered(promised, charged);
        uint256 paid = 0;
        for (uint256 i = 0; i < 2; i++) {
            if (promised[i] > charged - paid) {
                vm.expectRevert(abi.encodeWithSelector(ISettlement.ClaimAboveEarned.selector, charged, paid));
                claim(i, promised[i]);
            } else {
                paid += claim(i, promised[i]);
            }
        }
        vm.assertLe(settlement.totalClaimed(), settlement.totalEarned(), "claimed and earned");
        vm.assertEq(settlement.totalClaimed(), paid);
    }

    function claim(uint256 index, uint256 cumulative) private returns (uint256) {
        return settlement.claim(provider(index), cumulative, proofOf(index));
    }

    function assertPaid(uint256 index, uint256 amount) private view {
        vm.assertEq(token.balanceOf(provider(index)), amount);
        vm.assertEq(settlement.claimed(provider(index)), amount);
    }

    function refusesProof(address account, uint256 cumulative) private {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.InvalidProof.selector, account, cumulative));
    }

    function refusesNothingToClaim(uint256 index, uint256 claimed) private {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NothingToClaim.selector, provider(index), claimed));
    }

    /// @dev Auditors who lie: the leaves promise more than the total it declares.
    function _postUncovered(uint256[2] memory promised, uint256 charged) private {
        address[] memory accounts = new address[](2);
        uint256[] memory amounts = new uint256[](2);
        (accounts[0], accounts[1]) = (provider(0), provider(1));
        (amounts[0], amounts[1]) = (promised[0], promised[1]);
        tree = MerkleTree.build(accounts, amounts);
        charge(fundJob(1, charged), charged);
        post(tree[0], charged);
    }
}
