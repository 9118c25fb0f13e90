// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Vm} from "./Vm.sol";

/// @dev Where forge answers cheat codes: the last 20 bytes of a hash nobody has a key for.
Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev Squeezes a fuzzed number into `low..high`, both included, and leaves one that already fits alone.
function bound(uint256 number, uint256 low, uint256 high) pure returns (uint256) {
    if (number >= low && number <= high) return number;
    uint256 size = high - low + 1;
    return size == 0 ? number : low + number % size;
}

/// @dev An address that stands for a person, the same in every test.
function person(string memory name) pure returns (address) {
    return address(uint160(uint256(keccak256(bytes(name)))));
}
