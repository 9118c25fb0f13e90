// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IJobEscrow} from "../src/interfaces/IJobEscrow.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EpochAttestation} from "../src/interfaces/Statements.sol";
import {bound, vm} from "./support/Cheats.sol";
import {SettlementFixture} from "./support/SettlementFixture.sol";

contract SettlementPostTest is SettlementFixture {
    bytes32 private constant ROOT = "root";

    function test_theSettlementMakesItsOwnEscrow() external view {
        vm.assertEq(escrow.settlement(), address(settlement));
        vm.assertEq(address(escrow.token()), address(token));
        vm.assertEq(address(settlement.token()), address(token));
        vm.assertEq(settlement.epoch(), 0);
    }

    function test_anEpochChargesSetsTheRootAndCloses() external {
        bytes32 first = fundJob(1, 100);
        bytes32 second = fundJob(2, 50);
        charge(first, 60);
        charge(second, 20);
        closedJobs.push(second);
        EpochAttestation memory attestation = attestationOf(ROOT, 70);
        bytes32 digest = settlement.attestationDigest(attestation);
        vm.expectEmit(address(settlement));
        emit ISettlement.EpochProposed(1, digest, START);
        vm.expectEmit(address(settlement));
        emit ISettlement.EpochActivated(1, ROOT, 70, 80, 10, attestation.logRoot);
        proposeWith(attestation, signedByFirst(THRESHOLD, digest));
        vm.assertEq(settlement.epoch(), 1);
        vm.assertEq(settlement.root(), ROOT);
        vm.assertEq(settlement.totalEarned(), 70);
        vm.assertEq(settlement.totalCharged(), 80);
        vm.assertEq(token.balanceOf(address(settlement)), 80);
        vm.assertEq(token.balanceOf(address(escrow)), 40);
        vm.assertEq(token.balanceOf(requester), 30);
        vm.assertTrue(escrow.jobs(second).state == IJobEscrow.JobState.Closed, "the second job is closed");
        vm.assertTrue(escrow.jobs(first).state == IJobEscrow.JobState.Open, "the first job is open");
    }

    function test_anEmptyEpochIsFine() external {
        post(bytes32(0), 0);
        post(bytes32(0), 0);
        vm.assertEq(settlement.epoch(), 2);
    }

    function test_chargesAreCumulativeOverEpochs() external {
        bytes32 job = fundJob(1, 100);
        charge(job, 60);
        post(ROOT, 60);
        charge(job, 60);
        charge(job, 90);
        post(ROOT, 90);
        vm.assertEq(settlement.totalCharged(), 90);
        vm.assertEq(token.balanceOf(address(settlement)), 90);
    }

    function testFuzz_theBooksFollowTheCharges(
        uint256[4] memory funded,
        uint256[4] memory charged,
        uint256 earned
    ) external {
        uint256 total = 0;
        for (uint256 i = 0; i < funded.length; i++) {
            funded[i] = bound(funded[i], 1, AMOUNT_MAX);
            charged[i] = bound(charged[i], 0, funded[i]);
            total += charged[i];
            charge(fundJob(i, funded[i]), charged[i]);
        }
        earned = bound(earned, 0, total);
        post(ROOT, earned);
        vm.assertEq(settlement.totalCharged(), total);
        vm.assertEq(settlement.totalEarned(), earned);
        vm.assertEq(token.balanceOf(address(settlement)), total);
    }

    function test_anEpochIsPostedOnce() external {
        post(ROOT, 0);
        EpochAttestation memory again = attestationOf(ROOT, 0);
        again.epoch = 1;
        refuses(abi.encodeWithSelector(ISettlement.EpochNotNew.selector, 1, 1), again);
    }

    function testFuzz_epochsRise(uint64 first, uint64 second) external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        attestation.epoch = first;
        if (first == 0) {
            refuses(abi.encodeWithSelector(ISettlement.EpochNotNew.selector, 0, 0), attestation);
            return;
        }
        propose(attestation);
        attestation.epoch = second;
        attestation.logSize++;
        if (second > first) propose(attestation);
        else refuses(abi.encodeWithSelector(ISettlement.EpochNotNew.selector, first, second), attestation);
        vm.assertEq(settlement.epoch(), second > first ? second : first);
    }

    function test_theLogOnlyGrows() external {
        post(ROOT, 0);
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        attestation.logSize = 9;
        refuses(abi.encodeWithSelector(ISettlement.LogBelowFormer.selector, 10, 9), attestation);
    }

    function testFuzz_theLogOnlyGrows(uint64 former, uint64 next) external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        attestation.logSize = former;
        propose(attestation);
        attestation.epoch = 2;
        attestation.logSize = next;
        if (next >= former) {
            propose(attestation);
        } else {
            refuses(abi.encodeWithSelector(ISettlement.LogBelowFormer.selector, former, next), attestation);
        }
        vm.assertEq(settlement.logSize(), next >= former ? next : former);
    }

    function test_theChargesAreThoseAttested() external {
        bytes32 job = fundJob(1, 100);
        charge(job, 60);
        EpochAttestation memory attestation = attestationOf(ROOT, 60);
        charge(job, 61);
        refuses(
            abi.encodeWithSelector(
                ISettlement.WrongCharges.selector,
                attestation.chargesHash,
                keccak256(abi.encode(charges, closedJobs))
            ),
            attestation
        );
    }

    function testFuzz_chargesAndClosingsAreThoseAttested(bytes32 job, uint256 cumulative, bool closing)
        external
    {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        if (closing) closedJobs.push(job);
        else charge(job, cumulative);
        bytes32 actual = keccak256(abi.encode(charges, closedJobs));
        refuses(
            abi.encodeWithSelector(ISettlement.WrongCharges.selector, attestation.chargesHash, actual),
            attestation
        );
    }

    function test_whatArrivesIsWhatWasAttested() external {
        charge(fundJob(1, 100), 60);
        EpochAttestation memory attestation = attestationOf(ROOT, 60);
        attestation.totalCharged = 61;
        refuses(abi.encodeWithSelector(ISettlement.ChargedOtherwise.selector, 61, 60), attestation);
    }

    function testFuzz_whatArrivesIsWhatWasAttested(uint256 charged, uint256 claimed) external {
        charged = bound(charged, 1, AMOUNT_MAX);
        vm.assume(claimed != charged);
        charge(fundJob(1, charged), charged);
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        attestation.totalCharged = claimed;
        refuses(abi.encodeWithSelector(ISettlement.ChargedOtherwise.selector, claimed, charged), attestation);
    }

    function test_nothingIsEarnedThatWasNotCharged() external {
        charge(fundJob(1, 100), 60);
        refusesPost(abi.encodeWithSelector(ISettlement.EarnedAboveCharged.selector, 60, 61), ROOT, 61);
    }

    function testFuzz_nothingIsEarnedThatWasNotCharged(uint256 charged, uint256 earned, uint256 donated)
        external
    {
        charged = bound(charged, 1, AMOUNT_MAX);
        earned = bound(earned, charged + 1, type(uint256).max);
        token.mint(address(settlement), bound(donated, 0, AMOUNT_MAX));
        charge(fundJob(1, charged), charged);
        refusesPost(
            abi.encodeWithSelector(ISettlement.EarnedAboveCharged.selector, charged, earned), ROOT, earned
        );
    }

    function test_whatWasEarnedStaysEarned() external {
        charge(fundJob(1, 100), 60);
        post(ROOT, 60);
        refusesPost(abi.encodeWithSelector(ISettlement.EarnedBelowFormer.selector, 60, 59), ROOT, 59);
    }

    function testFuzz_whatWasEarnedStaysEarned(uint256 former, uint256 next) external {
        former = bound(former, 1, AMOUNT_MAX);
        next = bound(next, 0, former - 1);
        charge(fundJob(1, former), former);
        post(ROOT, former);
        refusesPost(abi.encodeWithSelector(ISettlement.EarnedBelowFormer.selector, former, next), ROOT, next);
    }

    function test_whatIsChargedButNotEarnedMayBeEarnedLater() external {
        charge(fundJob(1, 100), 100);
        post(ROOT, 40);
        post(ROOT, 100);
        vm.assertEq(settlement.totalEarned(), 100);
    }

    function test_oneBadChargeFailsTheWholeEpoch() external {
        bytes32 good = fundJob(1, 100);
        bytes32 bad = fundJob(2, 50);
        charge(good, 60);
        charge(bad, 51);
        refusesPost(abi.encodeWithSelector(IJobEscrow.ChargeAboveFunded.selector, bad, 50, 51), ROOT, 0);
        vm.assertEq(escrow.jobs(good).charged, 0);
        vm.assertEq(settlement.epoch(), 0);
        vm.assertEq(settlement.totalCharged(), 0);
    }

    function test_aRefundJustBeforeDoesNotFailAnEpochThatCloses() external {
        bytes32 job = fundJob(1, 100);
        charge(job, 60);
        post(ROOT, 60);
        vm.warp(DEADLINE);
        escrow.refund(job);
        charge(job, 60);
        closedJobs.push(job);
        post(ROOT, 60);
        vm.assertEq(settlement.epoch(), 2);
        vm.assertEq(token.balanceOf(requester), 40);
    }

    function test_aRefundJustBeforeFailsAnEpochThatCharges() external {
        bytes32 job = fundJob(1, 100);
        vm.warp(DEADLINE);
        escrow.refund(job);
        charge(job, 60);
        refusesPost(
            abi.encodeWithSelector(IJobEscrow.JobNotOpen.selector, job, IJobEscrow.JobState.Refunded),
            ROOT,
            60
        );
    }
}
