// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../../src/MaskToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IJobEscrow} from "../../src/interfaces/IJobEscrow.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {person, vm} from "./Cheats.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @dev A settlement with its escrow, a poster, one requester, and as many providers as a test asks for.
abstract contract SettlementFixture {
    uint256 internal constant AMOUNT_MAX = type(uint128).max;
    uint64 internal constant START = 1_800_000_000;
    uint64 internal constant DEADLINE = START + 1 days;

    address internal poster = person("poster");
    address internal requester = person("requester");
    address internal stranger = person("stranger");

    MaskToken internal token = new MaskToken(address(this));
    Settlement internal settlement = new Settlement(token, poster);
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

    /// @dev Posts the next epoch with the charges and closings gathered.
    function post(bytes32 root, uint256 totalEarned) internal {
        postAs(poster, settlement.epoch() + 1, root, totalEarned);
    }

    function refusesPost(bytes memory why, bytes32 root, uint256 totalEarned) internal {
        uint64 next = settlement.epoch() + 1;
        vm.expectRevert(why);
        postAs(poster, next, root, totalEarned);
    }

    function postAs(address caller, uint64 epoch, bytes32 root, uint256 totalEarned) internal {
        ISettlement.Charge[] memory postedCharges = charges;
        bytes32[] memory postedClosings = closedJobs;
        delete charges;
        delete closedJobs;
        vm.prank(caller);
        settlement.postEpoch(epoch, root, totalEarned, postedCharges, postedClosings);
    }

    /// @dev Funds one more job, charges all of it, and posts a root in which the i-th provider has earned `earned[i]`.
    function postEarnings(uint256[] memory earned, uint256 budget) internal {
        address[] memory accounts = new address[](earned.length);
        uint256 total = 0;
        for (uint256 i = 0; i < earned.length; i++) {
            accounts[i] = provider(i);
            total += earned[i];
        }
        tree = MerkleTree.build(accounts, earned);
        charge(fundJob(uint256(settlement.epoch()) + 1_000_000, budget), budget);
        post(tree[0], total);
    }

    function postEarnings(uint256[2] memory earned, uint256 budget) internal {
        uint256[] memory list = new uint256[](2);
        (list[0], list[1]) = (earned[0], earned[1]);
        postEarnings(list, budget);
    }

    function proofOf(uint256 index) internal view returns (bytes32[] memory) {
        return MerkleTree.proofOf(tree, index);
    }
}
