// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../../src/MaskToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IBonds} from "../../src/interfaces/IBonds.sol";
import {EpochAttestation, LogHead} from "../../src/interfaces/Statements.sol";
import {person, vm} from "./Cheats.sol";
import {Council} from "./Council.sol";

/// @dev A settlement's bonds, and a reporter.
abstract contract BondsFixture is Council {
    uint256 internal constant AMOUNT_MAX = type(uint128).max;
    uint64 internal constant START = 1_800_000_000;

    MaskToken internal token = new MaskToken(address(this));
    Settlement internal settlement = new Settlement(token, setupWith(0));
    IBonds internal bonds = settlement.bonds();
    address internal log = vm.addr(LOG_KEY);
    address internal reporter = person("reporter");

    function setUp() external {
        vm.warp(START);
    }

    function deposit(address owner, uint256 amount) internal {
        token.mint(owner, amount);
        vm.prank(owner);
        token.approve(address(bonds), amount);
        vm.prank(owner);
        bonds.deposit(amount);
    }

    function headSignedBy(uint256 key, LogHead memory head) internal view returns (bytes memory) {
        return signedBy(key, settlement.logHeadDigest(head));
    }

    function attestationSignedBy(uint256 key, EpochAttestation memory attestation)
        internal
        view
        returns (bytes memory)
    {
        return signedBy(key, settlement.attestationDigest(attestation));
    }

    function assertLost(address culprit, uint256 amount) internal view {
        vm.assertEq(bonds.bonds(culprit).amount, 0, "the bond");
        vm.assertEq(token.balanceOf(culprit), 0, "the culprit");
        vm.assertEq(token.balanceOf(reporter), amount / 2, "the reporter");
        vm.assertEq(token.balanceOf(bonds.GRAVE()), amount - amount / 2, "the grave");
        vm.assertEq(token.balanceOf(address(bonds)), 0, "the contract");
    }
}
