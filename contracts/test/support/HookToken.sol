// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

interface IReceiver {
    function tokensReceived() external;
}

/// @dev A hostile token: whoever receives it gets to act in the middle of the transfer. MASK has no such hook.
contract HookToken is ERC20("Hook", "HOOK") {
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to.code.length > 0) {
            try IReceiver(to).tokensReceived() {} catch {}
        }
    }
}
