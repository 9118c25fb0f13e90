// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Settlement} from "../src/Settlement.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EpochAttestation} from "../src/interfaces/Statements.sol";
import {vm} from "./support/Cheats.sol";
import {PRIVATE_KEY_END} from "./support/Permit.sol";
import {SettlementFixture} from "./support/SettlementFixture.sol";

contract SettlementAttestTest is SettlementFixture {
    bytes32 private constant ROOT = "root";

    function test_enoughAuditorsAreEnoughWhoeverSends() external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        vm.prank(stranger);
        settlement.proposeEpoch(attestation, charges, closedJobs, signatures);
        vm.assertEq(settlement.epoch(), 1);
    }

    function test_allOfThemAreFineToo() external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        proposeWith(attestation, signedByFirst(AUDITORS, settlement.attestationDigest(attestation)));
        vm.assertEq(settlement.epoch(), 1);
    }

    /// @dev [F20] k − 1 auditors move nothing.
    function test_fewerAreNotEnough() external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes32 digest = settlement.attestationDigest(attestation);
        for (uint256 count = 0; count < THRESHOLD; count++) {
            bytes[] memory signatures = signedByFirst(count, digest);
            vm.expectRevert(abi.encodeWithSelector(ISettlement.TooFewSignatures.selector, THRESHOLD, count));
            proposeWith(attestation, signatures);
        }
    }

    function test_nobodySignsTwice() external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        signatures[1] = signatures[0];
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.SignersOutOfOrder.selector, auditor(0), auditor(0))
        );
        proposeWith(attestation, signatures);
    }

    function test_theyStandInOrder() external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.SignersOutOfOrder.selector, auditor(1), auditor(0))
        );
        proposeWith(attestation, signatures);
    }

    function testFuzz_nobodyElseSigns(uint256 key) external {
        key = key % (PRIVATE_KEY_END - 1) + 1;
        vm.assume(!settlement.isAuditor(vm.addr(key)));
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes32 digest = settlement.attestationDigest(attestation);
        bytes[] memory signatures = signedByFirst(THRESHOLD, digest);
        signatures[0] = signedBy(key, digest);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotAuditor.selector, vm.addr(key)));
        proposeWith(attestation, signatures);
    }

    function test_aSignatureHas65Bytes() external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        signatures[0] = hex"1234";
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 2));
        proposeWith(attestation, signatures);
    }

    /// @dev Whatever field is another than was signed, the signatures are nobody's.
    function testFuzz_everyFieldIsSigned(uint8 field, uint256 change) external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        bytes32 former = keccak256(abi.encode(attestation));
        if (field % 5 == 0) attestation.epoch = uint64(change % 1000) + 1;
        if (field % 5 == 1) attestation.logSize = uint64(change);
        if (field % 5 == 2) attestation.logRoot = bytes32(change);
        if (field % 5 == 3) attestation.payRoot = bytes32(change);
        if (field % 5 == 4) attestation.totalCharged = change;
        vm.assume(keccak256(abi.encode(attestation)) != former);
        vm.expectPartialRevert(ISettlement.NotAuditor.selector);
        proposeWith(attestation, signatures);
    }

    /// @dev [F9] What is signed for one settlement says nothing to another.
    function test_anAttestationHoldsForOneContract() external {
        Settlement other = new Settlement(token, setupWith(0));
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        vm.expectPartialRevert(ISettlement.NotAuditor.selector);
        other.proposeEpoch(attestation, charges, closedJobs, signatures);
    }

    function test_anAttestationHoldsForOneChain() external {
        EpochAttestation memory attestation = attestationOf(ROOT, 0);
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(ISettlement.NotAuditor.selector);
        proposeWith(attestation, signatures);
    }
}
