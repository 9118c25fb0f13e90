// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {bound, vm} from "./support/Cheats.sol";
import {SettlementFixture} from "./support/SettlementFixture.sol";

contract SettlementClaimManyTest is SettlementFixture {
    function test_aBatchPaysEach() external {
        postEarnings([uint256(60), 40], 100);
        vm.prank(stranger);
        vm.assertEq(settlement.claimMany(_claims([uint256(60), 40])), 100);
        vm.assertEq(token.balanceOf(provider(0)), 60);
        vm.assertEq(token.balanceOf(provider(1)), 40);
        vm.assertEq(token.balanceOf(stranger), 0);
    }

    function test_whoHasClaimedAlreadyIsPassedOver() external {
        postEarnings([uint256(60), 40], 100);
        settlement.claim(provider(0), 60, proofOf(0));
        vm.assertEq(settlement.claimMany(_claims([uint256(60), 40])), 40);
        vm.assertEq(settlement.claimMany(_claims([uint256(60), 40])), 0);
        vm.assertEq(token.balanceOf(provider(0)), 60);
        vm.assertEq(token.balanceOf(provider(1)), 40);
    }

    function test_whoHasClaimedAlreadyIsPassedOverEvenWithAFormerProof() external {
        postEarnings([uint256(60), 40], 100);
        ISettlement.Claim memory former = _claims([uint256(60), 40])[0];
        settlement.claimMany(_claims([uint256(60), 40]));
        postEarnings([uint256(60), 55], 15);
        ISettlement.Claim[] memory claims = _claims([uint256(60), 55]);
        claims[0] = former;
        vm.assertEq(settlement.claimMany(claims), 15);
        vm.assertEq(token.balanceOf(provider(0)), 60);
    }

    function test_theSameClaimTwiceInABatchPaysOnce() external {
        postEarnings([uint256(60), 40], 100);
        ISettlement.Claim[] memory claims = _claims([uint256(60), 40]);
        claims[1] = claims[0];
        vm.assertEq(settlement.claimMany(claims), 60);
        vm.assertEq(token.balanceOf(provider(0)), 60);
    }

    function test_anEmptyBatchPaysNothing() external {
        vm.assertEq(settlement.claimMany(new ISettlement.Claim[](0)), 0);
    }

    function test_oneBadProofFailsTheBatch() external {
        postEarnings([uint256(60), 40], 100);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.InvalidProof.selector, provider(1), 41));
        settlement.claimMany(_claims([uint256(60), 41]));
        vm.assertEq(token.balanceOf(provider(0)), 0);
    }

    function testFuzz_aBatchPaysWhatSingleClaimsLeft(uint64[6] memory gains, uint8 alreadyClaimed) external {
        uint256[] memory earned = new uint256[](gains.length);
        uint256 total = 0;
        for (uint256 i = 0; i < gains.length; i++) {
            earned[i] = bound(gains[i], 1, type(uint64).max);
            total += earned[i];
        }
        postEarnings(earned, total);
        ISettlement.Claim[] memory claims = new ISettlement.Claim[](gains.length);
        uint256 left = total;
        for (uint256 i = 0; i < gains.length; i++) {
            claims[i] = ISettlement.Claim(provider(i), earned[i], proofOf(i));
            if ((alreadyClaimed >> i) & 1 == 0) continue;
            left -= settlement.claim(provider(i), earned[i], proofOf(i));
        }
        vm.assertEq(settlement.claimMany(claims), left);
        for (uint256 i = 0; i < gains.length; i++) {
            vm.assertEq(token.balanceOf(provider(i)), earned[i]);
        }
        vm.assertEq(settlement.totalClaimed(), total);
    }

    function _claims(uint256[2] memory amounts) private view returns (ISettlement.Claim[] memory claims) {
        claims = new ISettlement.Claim[](2);
        claims[0] = ISettlement.Claim(provider(0), amounts[0], proofOf(0));
        claims[1] = ISettlement.Claim(provider(1), amounts[1], proofOf(1));
    }
}
