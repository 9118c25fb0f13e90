// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IBonds} from "../../src/interfaces/IBonds.sol";
import {EpochAttestation, LogHead} from "../../src/interfaces/Statements.sol";
import {bound, vm} from "../support/Cheats.sol";
import {EpochActions} from "./EpochActions.sol";

/// @dev Bonds put up, taken back and lost.
abstract contract BondActions is EpochActions {
    uint256 private constant BOND_MAX = 1e24;

    function deposit(uint256 who, uint256 amount) external action {
        _deposit(who % BONDED, bound(amount, 1, BOND_MAX));
    }

    function withdrawBond(uint256 who, uint256 wait) external action {
        who = _bondedOne(who);
        vm.prank(bondOwner(who));
        bonds.unbond();
        vm.warp(block.timestamp + bound(wait, 0, UNBONDING_DELAY - 1));
        bytes memory call = abi.encodeCall(bonds.withdraw, ());
        _mustFail(bondOwner(who), address(bonds), call, IBonds.NotYetWithdrawable.selector);
        vm.warp(bonds.bonds(bondOwner(who)).withdrawableAt);
        withdrawn[who] += bonded[who];
        bonded[who] = 0;
        vm.prank(bondOwner(who));
        bonds.withdraw();
    }

    /// @dev A bond that is on its way out is lost all the same.
    function slashAuditor(uint256 who, uint64 epoch, bytes32 first, bytes32 second, bool leaving)
        external
        action
    {
        who = _bondedOne(who % AUDITORS);
        if (leaving) {
            vm.prank(bondOwner(who));
            bonds.unbond();
        }
        if (first == second) second = ~first;
        EpochAttestation memory one = EpochAttestation(epoch, 1, first, first, 1, 1, first);
        EpochAttestation memory other = EpochAttestation(epoch, 1, first, second, 1, 1, first);
        bytes memory oneSigned = signedBy(_bondKey(who), settlement.attestationDigest(one));
        bytes memory otherSigned = signedBy(_bondKey(who), settlement.attestationDigest(other));
        _lose(who);
        vm.prank(reporter());
        bonds.slashForTwoAttestations(one, oneSigned, other, otherSigned);
    }

    function slashLog(uint64 size, bytes32 first, bytes32 second) external action {
        uint256 who = _bondedOne(AUDITORS);
        if (first == second) second = ~first;
        LogHead memory one = LogHead(size, first);
        LogHead memory other = LogHead(size, second);
        bytes memory oneSigned = signedBy(LOG_KEY, settlement.logHeadDigest(one));
        bytes memory otherSigned = signedBy(LOG_KEY, settlement.logHeadDigest(other));
        bytes memory call = abi.encodeCall(bonds.slashForTwoHeads, (one, oneSigned, one, oneSigned));
        _mustFail(reporter(), address(bonds), call, IBonds.NoConflict.selector);
        _lose(who);
        vm.prank(reporter());
        bonds.slashForTwoHeads(one, oneSigned, other, otherSigned);
        call = abi.encodeCall(bonds.slashForTwoHeads, (one, oneSigned, other, otherSigned));
        _mustFail(reporter(), address(bonds), call, IBonds.NoBond.selector);
    }

    function _lose(uint256 who) private {
        rewarded += bonded[who] / 2;
        burnt += bonded[who] - bonded[who] / 2;
        bonded[who] = 0;
    }

    /// @dev The owner of a bond, put up first if need be.
    function _bondedOne(uint256 who) private returns (uint256) {
        who = who % BONDED;
        if (bonded[who] == 0) _deposit(who, 1001);
        return who;
    }

    function _deposit(uint256 who, uint256 amount) private {
        address owner = bondOwner(who);
        bonded[who] += amount;
        totalBonded += amount;
        token.mint(owner, amount);
        vm.prank(owner);
        token.approve(address(bonds), amount);
        vm.prank(owner);
        bonds.deposit(amount);
    }
}
