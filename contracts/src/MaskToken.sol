// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The token providers are paid in
/// @notice A plain ERC-20 with 18 decimals and permit: no fee on transfers, no hooks, no pause, no block list.
/// The owner is the only minter; giving up the ownership fixes the supply for good.
contract MaskToken is ERC20, ERC20Permit, Ownable {
    constructor(address minter) ERC20("MASK", "MASK") ERC20Permit("MASK") Ownable(minter) {}

    /// @notice Creates `amount` new tokens for `account`. Only the owner may.
    function mint(address account, uint256 amount) external onlyOwner {
        _mint(account, amount);
    }
}
