// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../../src/MaskToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IJobEscrow} from "../../src/interfaces/IJobEscrow.sol";
import {IBonds} from "../../src/interfaces/IBonds.sol";
import {vm} from "../support/Cheats.sol";
import {Council} from "../support/Council.sol";

/// @dev A job as it should be. Its salt is its place in `books`.
struct Book {
    address requester;
    uint64 refundableAt;
    bool ended;
    uint256 funded;
    uint256 charged;
    uint256 refunded;
}

/// @dev The contracts, the people, and a second set of books, kept from what was asked for and not from what
/// the contracts say. The world itself mints.
abstract contract World is Council {
    uint256 public constant REQUESTERS = 3;
    uint256 public constant PROVIDERS = 4;
    /// @dev The auditors, and the log as the last of them.
    uint256 public constant BONDED = AUDITORS + 1;
    uint64 public constant DELAY = 1 hours;

    MaskToken public token = new MaskToken(address(this));
    Settlement public settlement = new Settlement(token, setupWith(DELAY));
    IJobEscrow public escrow = settlement.escrow();
    IBonds public bonds = settlement.bonds();

    Book[] internal books;
    /// @dev By provider: its leaf in the current root.
    uint256[PROVIDERS] public earned;
    uint256 public totalPaid;
    /// @dev Sent to the contracts by mistake: nobody's, for good.
    uint256 public donatedToEscrow;
    uint256 public donatedToSettlement;

    /// @dev By owner of a bond, as should be: what is at stake, and what it has got back.
    uint256[BONDED] public bonded;
    uint256[BONDED] public withdrawn;
    /// @dev What the reporter was given, and what was burnt.
    uint256 public rewarded;
    uint256 public burnt;
    /// @dev Everything ever put up.
    uint256 public totalBonded;

    /// @dev How often each action went all the way, and all of them together.
    mapping(bytes4 action => uint256) public times;
    uint256 public actions;

    /// @dev [K7] What may only grow, as it was after the last action.
    mapping(bytes32 what => uint256) private _former;

    modifier action() {
        _;
        times[msg.sig]++;
        actions++;
        _neverFalls("epoch", settlement.epoch());
        _neverFalls("proposed epoch", settlement.proposedEpoch());
        _neverFalls("log size", settlement.logSize());
        _neverFalls("total earned", settlement.totalEarned());
        _neverFalls("total charged", settlement.totalCharged());
        _neverFalls("total claimed", settlement.totalClaimed());
        for (uint256 i = 0; i < PROVIDERS; i++) {
            _neverFalls(keccak256(abi.encode("claimed", i)), settlement.claimed(provider(i)));
        }
    }

    function allBooks() external view returns (Book[] memory) {
        return books;
    }

    function requester(uint256 index) public pure returns (address) {
        return address(uint160(0x1000 + index));
    }

    function provider(uint256 index) public pure returns (address) {
        return address(uint160(0x2000 + index));
    }

    function reporter() public pure returns (address) {
        return address(uint160(0x3000));
    }

    /// @dev Owner of the `index`-th bond.
    function bondOwner(uint256 index) public view returns (address) {
        return vm.addr(_bondKey(index));
    }

    function jobId(uint256 index) public view returns (bytes32) {
        return keccak256(abi.encode(books[index].requester, bytes32(index)));
    }

    function _bondKey(uint256 index) internal view returns (uint256) {
        return index < AUDITORS ? auditorKeys[index] : LOG_KEY;
    }

    /// @dev Whoever calls, the call must fail, and for this reason.
    function _mustFail(address caller, address target, bytes memory call, bytes4 selector) internal {
        vm.prank(caller);
        (bool ok, bytes memory answer) = target.call(call);
        vm.assertTrue(!ok && bytes4(answer) == selector, "the call fails for the right reason");
    }

    function _neverFalls(bytes32 what, uint256 value) private {
        vm.assertGe(value, _former[what], "a sum that may only grow has fallen");
        _former[what] = value;
    }
}
