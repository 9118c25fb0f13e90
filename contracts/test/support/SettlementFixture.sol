// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../../src/MaskToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IJobEscrow} from "../../src/interfaces/IJobEscrow.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {EpochAttestation} from "../../src/interfaces/Statements.sol";
import {person, vm} from "./Cheats.sol";
import {Council} from "./Council.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @dev A settlement with its escrow and auditors, one requester, and as many providers as a test asks for.
/// Epochs take effect at once, unless a test takes another delay.
abstract contract SettlementFixture is Council {
    uint256 internal constant AMOUNT_MAX = type(uint128).max;
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant DEADLINE = START + 1 days;

    address internal requester = person("requester");
    address internal stranger = person("stranger");

    MaskToken internal token = new MaskToken(address(this));
    Settlement internal settlement = new Settlement(token, setupWith(_delay()));
    IJobEscrow internal escrow = settlement.escrow();

    bytes32[] internal tree;
    ISettlement.Charge[] internal charges;
    bytes32[] internal closedJobs;

    function setUp() external {
        vm.warp(START);
    }

    function provider(uint256 index) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("provider", index)))));
    }

    function fundJob(uint256 salt, uint256 amount) internal returns (bytes32 jobId) {
        token.mint(requester, amount);
        vm.prank(requester);
        token.approve(address(escrow), amount);
        vm.prank(requester);
        return escrow.fund(bytes32(salt), amount, DEADLINE);
    }

    /// @dev Adds a charge to the next epoch.
    function charge(bytes32 jobId, uint256 cumulative) internal {
        charges.push(ISettlement.Charge(jobId, cumulative));
    }

    /// @dev What honest auditors attest of the charges and closings gathered.
    function attestationOf(bytes32 root, uint256 totalEarned)
        internal
        view
        returns (EpochAttestation memory attestation)
    {
        attestation.epoch = settlement.proposedEpoch() + 1;
        attestation.logSize = settlement.logSize() + 10;
        attestation.logRoot = keccak256(abi.encode("log", attestation.logSize));
        attestation.payRoot = root;
        attestation.totalEarned = totalEarned;
        attestation.totalCharged = settlement.totalCharged() + _newCharges();
        attestation.chargesHash = keccak256(abi.encode(charges, closedJobs));
    }

    /// @dev Posts the next epoch with the charges and closings gathered.
    function post(bytes32 root, uint256 totalEarned) internal {
        propose(attestationOf(root, totalEarned));
    }

    function refusesPost(bytes memory why, bytes32 root, uint256 totalEarned) internal {
        refuses(why, attestationOf(root, totalEarned));
    }

    /// @dev Proposes with as many signatures as are needed.
    function propose(EpochAttestation memory attestation) internal {
        proposeWith(attestation, signedByFirst(THRESHOLD, settlement.attestationDigest(attestation)));
    }

    function refuses(bytes memory why, EpochAttestation memory attestation) internal {
        bytes[] memory signatures = signedByFirst(THRESHOLD, settlement.attestationDigest(attestation));
        vm.expectRevert(why);
        proposeWith(attestation, signatures);
    }

    function proposeWith(EpochAttestation memory attestation, bytes[] memory signatures) internal {
        ISettlement.Charge[] memory postedCharges = charges;
        bytes32[] memory postedClosings = closedJobs;
        delete charges;
        delete closedJobs;
        settlement.proposeEpoch(attestation, postedCharges, postedClosings, signatures);
    }

    /// @dev Funds one more job, charges all of it, and posts a root in which the i-th provider has earned `earned[i]`.
    function postEarnings(uint256[] memory earned, uint256 budget) internal {
        EpochAttestation memory attestation = attestEarnings(earned, budget);
        propose(attestation);
    }

    function postEarnings(uint256[2] memory earned, uint256 budget) internal {
        uint256[] memory list = new uint256[](2);
        (list[0], list[1]) = (earned[0], earned[1]);
        postEarnings(list, budget);
    }

    /// @dev What `postEarnings` posts, with its tree at hand and its charge gathered.
    function attestEarnings(uint256[] memory earned, uint256 budget)
        internal
        returns (EpochAttestation memory attestation)
    {
        address[] memory accounts = new address[](earned.length);
        uint256 total = 0;
        for (uint256 i = 0; i < earned.length; i++) {
            accounts[i] = provider(i);
            total += earned[i];
        }
        tree = MerkleTree.build(accounts, earned);
        charge(fundJob(uint256(settlement.proposedEpoch()) + 1_000_000, budget), budget);
        return attestationOf(tree[0], total);
    }

    function proofOf(uint256 index) internal view returns (bytes32[] memory) {
        return MerkleTree.proofOf(tree, index);
    }

    function _delay() internal pure virtual returns (uint64) {
        return 0;
    }

    /// @dev What the charges gathered will bring in, jobs named twice included; a bad charge counts as it would.
    function _newCharges() private view returns (uint256 sum) {
        for (uint256 i = 0; i < charges.length; i++) {
            uint256 former = escrow.jobs(charges[i].jobId).charged;
            for (uint256 j = 0; j < i; j++) {
                if (charges[j].jobId == charges[i].jobId) former = charges[j].cumulative;
            }
            sum += charges[i].cumulative - former;
        }
    }
}
