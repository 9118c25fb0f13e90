// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {EpochAttestation} from "../../src/interfaces/Statements.sol";
import {bound, vm} from "../support/Cheats.sol";
import {World} from "./World.sol";

/// @dev An epoch with all that goes with its proposal.
struct Epoch {
    EpochAttestation attestation;
    ISettlement.Charge[] charges;
    bytes32[] closedJobs;
}

/// @dev How epochs come to be, and the ways in which they do not: [K8] none of these moves a token.
abstract contract EpochActions is World {
    function vetoed(uint256 who, bytes32 payRoot, uint256 promised) external action {
        Epoch memory epoch = _anotherEpoch(payRoot, promised);
        _propose(epoch, THRESHOLD);
        vm.prank(auditor(who % AUDITORS));
        settlement.veto(epoch.attestation.epoch);
        vm.warp(settlement.activatesAt());
        _mustFail(address(this), address(settlement), _activation(epoch), ISettlement.NotProposed.selector);
        bytes memory again = abi.encodeCall(settlement.veto, (epoch.attestation.epoch));
        _mustFail(auditor(0), address(settlement), again, ISettlement.NotProposed.selector);
    }

    /// @dev Left waiting: whatever is proposed next takes its place.
    function proposeAndForget(bytes32 payRoot, uint256 promised) external action {
        _propose(_anotherEpoch(payRoot, promised), THRESHOLD);
    }

    function activateTooEarly(bytes32 payRoot, uint256 promised, uint256 wait) external action {
        Epoch memory epoch = _anotherEpoch(payRoot, promised);
        _propose(epoch, THRESHOLD);
        vm.warp(block.timestamp + bound(wait, 0, DELAY - 1));
        _mustFail(address(this), address(settlement), _activation(epoch), ISettlement.NotYetActive.selector);
    }

    /// @dev [F20]
    function proposeWithTooFew(bytes32 payRoot, uint256 promised, uint256 count) external action {
        Epoch memory epoch = _anotherEpoch(payRoot, promised);
        bytes memory call = _proposal(epoch, count % THRESHOLD);
        _mustFail(address(this), address(settlement), call, ISettlement.TooFewSignatures.selector);
    }

    function proposeMoreThanCharged(bytes32 payRoot, uint256 promised) external action {
        Epoch memory epoch = _anotherEpoch(payRoot, 0);
        uint256 charged = epoch.attestation.totalCharged;
        epoch.attestation.totalEarned = bound(promised, charged + 1, type(uint256).max);
        bytes memory call = _proposal(epoch, THRESHOLD);
        _mustFail(address(this), address(settlement), call, ISettlement.EarnedAboveCharged.selector);
    }

    function _attest(
        bytes32 payRoot,
        uint256 totalEarned,
        uint256 totalCharged,
        ISettlement.Charge[] memory charges,
        bytes32[] memory closedJobs
    ) internal view returns (Epoch memory) {
        uint64 size = settlement.logSize() + 1;
        bytes32 chargesHash = keccak256(abi.encode(charges, closedJobs));
        return Epoch(
            EpochAttestation(
                settlement.proposedEpoch() + 1,
                size,
                bytes32(uint256(size)),
                payRoot,
                totalEarned,
                totalCharged,
                chargesHash
            ),
            charges,
            closedJobs
        );
    }

    function _propose(Epoch memory epoch, uint256 signatures) internal {
        (bool ok,) = address(settlement).call(_proposal(epoch, signatures));
        vm.assertTrue(ok, "the epoch is proposed");
        vm.assertEq(settlement.proposedEpoch(), epoch.attestation.epoch);
    }

    /// @dev Proposes, waits, activates.
    function _activateAfter(Epoch memory epoch) internal {
        _propose(epoch, THRESHOLD);
        vm.warp(settlement.activatesAt());
        settlement.activateEpoch(epoch.attestation, epoch.charges, epoch.closedJobs);
    }

    function _activation(Epoch memory epoch) internal view returns (bytes memory) {
        return abi.encodeCall(settlement.activateEpoch, (epoch.attestation, epoch.charges, epoch.closedJobs));
    }

    function _proposal(Epoch memory epoch, uint256 count) private view returns (bytes memory) {
        bytes[] memory signatures = signedByFirst(count, settlement.attestationDigest(epoch.attestation));
        return abi.encodeCall(
            settlement.proposeEpoch, (epoch.attestation, epoch.charges, epoch.closedJobs, signatures)
        );
    }

    /// @dev One that charges nobody and gives any root some of what is there to earn.
    function _anotherEpoch(bytes32 payRoot, uint256 promised) private view returns (Epoch memory) {
        uint256 totalCharged = settlement.totalCharged();
        return _attest(
            payRoot,
            bound(promised, settlement.totalEarned(), totalCharged),
            totalCharged,
            new ISettlement.Charge[](0),
            new bytes32[](0)
        );
    }
}
