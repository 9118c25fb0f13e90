// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Settlement} from "../src/Settlement.sol";
import {IJobEscrow} from "../src/interfaces/IJobEscrow.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {EpochAttestation} from "../src/interfaces/Statements.sol";
import {vm} from "./support/Cheats.sol";
import {Council} from "./support/Council.sol";
import {HookToken, IReceiver} from "./support/HookToken.sol";
import {MerkleTree} from "./support/MerkleTree.sol";

/// @dev Requester and provider in one, who calls the prepared call again each time it receives tokens.
contract Intruder is IReceiver {
    address private target;
    bytes private data;
    uint256 public received;
    uint256 public intrusions;

    function prepare(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function call(address target_, bytes calldata data_) external {
        (bool ok,) = target_.call(data_);
        vm.assertTrue(ok, "the call succeeds");
    }

    function tokensReceived() external {
        received++;
        (bool ok,) = target.call(data);
        if (ok) intrusions++;
    }
}

contract ReentrancyTest is Council {
    bytes32 private constant SALT = "job";

    HookToken private token = new HookToken();
    Settlement private settlement = new Settlement(token, setupWith(0));
    IJobEscrow private escrow = settlement.escrow();
    Intruder private intruder = new Intruder();
    bytes32 private jobId = escrow.jobIdOf(address(intruder), SALT);
    uint64 private deadline = uint64(block.timestamp + 1);

    /// @dev The intruder's job of 100, beside a thousand that belong to others.
    function setUp() external {
        token.mint(address(intruder), 100);
        token.mint(address(escrow), 1000);
        token.mint(address(settlement), 1000);
        intruder.call(address(token), abi.encodeCall(token.approve, (address(escrow), 100)));
        intruder.call(address(escrow), abi.encodeCall(escrow.fund, (SALT, 100, deadline)));
    }

    function test_aRefundDuringARefundPaysNothing() external {
        intruder.prepare(address(escrow), abi.encodeCall(escrow.refund, (jobId)));
        vm.warp(deadline);
        escrow.refund(jobId);
        assertOutcome(100, 1);
    }

    function test_aRefundDuringAClosingPaysNothing() external {
        intruder.prepare(address(escrow), abi.encodeCall(escrow.refund, (jobId)));
        vm.warp(deadline);
        bytes32[] memory closedJobs = new bytes32[](1);
        closedJobs[0] = jobId;
        _post(bytes32(0), 0, new ISettlement.Charge[](0), closedJobs);
        assertOutcome(100, 1);
    }

    function test_aClaimDuringAClaimPaysNothing() external {
        _earnFifty(new bytes32[](0));
        bytes memory again = abi.encodeCall(settlement.claim, (address(intruder), 50, new bytes32[](0)));
        intruder.prepare(address(settlement), again);
        intruder.call(address(settlement), again);
        assertOutcome(50, 1);
    }

    function test_aBatchDuringAClaimIsLockedOut() external {
        _earnFifty(new bytes32[](0));
        intruder.prepare(
            address(settlement), abi.encodeCall(settlement.claimMany, (new ISettlement.Claim[](0)))
        );
        settlement.claim(address(intruder), 50, new bytes32[](0));
        assertOutcome(50, 1);
    }

    function test_aClaimDuringAnEpochIsLockedOut() external {
        bytes memory claim = abi.encodeCall(settlement.claim, (address(intruder), 50, new bytes32[](0)));
        intruder.prepare(address(settlement), claim);
        bytes32[] memory closedJobs = new bytes32[](1);
        closedJobs[0] = jobId;
        _earnFifty(closedJobs);
        assertOutcome(50, 1);
    }

    function assertOutcome(uint256 held, uint256 received) private view {
        vm.assertEq(token.balanceOf(address(intruder)), held, "held");
        vm.assertEq(intruder.received(), received, "transfers received");
        vm.assertEq(intruder.intrusions(), 0, "calls that got in");
    }

    function _earnFifty(bytes32[] memory closedJobs) private {
        ISettlement.Charge[] memory charges = new ISettlement.Charge[](1);
        charges[0] = ISettlement.Charge(jobId, 50);
        bytes32 root = MerkleTree.leafOf(address(intruder), 50);
        _post(root, 50, charges, closedJobs);
    }

    function _post(
        bytes32 root,
        uint256 total,
        ISettlement.Charge[] memory charges,
        bytes32[] memory closedJobs
    ) private {
        EpochAttestation memory attestation = EpochAttestation(
            1, 1, "log", root, total, total, keccak256(abi.encode(charges, closedJobs))
        );
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        settlement.proposeEpoch(attestation, charges, closedJobs, signatures);
    }
}
