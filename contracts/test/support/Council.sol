// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {vm} from "./Cheats.sol";

/// @dev Three auditors, of whom two must sign, and the log, with their keys.
abstract contract Council {
    uint256 internal constant AUDITORS = 3;
    uint256 internal constant THRESHOLD = 2;
    uint256 internal constant LOG_KEY = uint256(keccak256("log"));
    uint64 internal constant UNBONDING_DELAY = 7 days;

    /// @dev Their addresses rise: the order in which they must sign.
    uint256[AUDITORS] internal auditorKeys = _keysInOrder();

    function auditor(uint256 index) internal view returns (address) {
        return vm.addr(auditorKeys[index]);
    }

    function setupWith(uint64 activationDelay) internal view returns (ISettlement.Setup memory) {
        address[] memory chosen = new address[](AUDITORS);
        for (uint256 i = 0; i < AUDITORS; i++) {
            chosen[i] = auditor(i);
        }
        return ISettlement.Setup(chosen, THRESHOLD, activationDelay, vm.addr(LOG_KEY), UNBONDING_DELAY);
    }

    function signedBy(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The signatures of the first `count` auditors.
    function signedByFirst(uint256 count, bytes32 digest) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; i++) {
            signatures[i] = signedBy(auditorKeys[i], digest);
        }
    }

    function _keysInOrder() private pure returns (uint256[AUDITORS] memory keys) {
        for (uint256 i = 0; i < AUDITORS; i++) {
            uint256 key = uint256(keccak256(abi.encode("auditor", i)));
            uint256 place = i;
            for (; place > 0 && vm.addr(keys[place - 1]) > vm.addr(key); place--) {
                keys[place] = keys[place - 1];
            }
            keys[place] = key;
        }
    }
}
