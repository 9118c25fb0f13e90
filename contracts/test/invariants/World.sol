// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../../src/MaskToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IJobEscrow} from "../../src/interfaces/IJobEscrow.sol";
import {vm} from "../support/Cheats.sol";

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
/// the contracts say. The world itself mints and posts.
abstract contract World {
    uint256 public constant REQUESTERS = 3;
    uint256 public constant PROVIDERS = 4;

    MaskToken public token = new MaskToken(address(this));
    Settlement public settlement = new Settlement(token, address(this));
    IJobEscrow public escrow = settlement.escrow();

    Book[] internal books;
    /// @dev By provider: its leaf in the current root.
    uint256[PROVIDERS] public earned;
    uint256 public totalPaid;
    /// @dev Sent to the contracts by mistake: nobody's, for good.
    uint256 public donatedToEscrow;
    uint256 public donatedToSettlement;

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

    function jobId(uint256 index) public view returns (bytes32) {
        return keccak256(abi.encode(books[index].requester, bytes32(index)));
    }

    function _neverFalls(bytes32 what, uint256 value) private {
        vm.assertGe(value, _former[what], "a sum that may only grow has fallen");
        _former[what] = value;
    }
}
