// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../../src/MaskToken.sol";
import {vm} from "./Cheats.sol";

struct Signature {
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @dev Signs an ERC-2612 permit the way a wallet does, from the standard's text and not from the token's code.
function signPermit(MaskToken token, uint256 privateKey, address spender, uint256 amount, uint256 deadline)
    view
    returns (Signature memory signature)
{
    bytes32 permitType =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    address owner = vm.addr(privateKey);
    bytes32 statement =
        keccak256(abi.encode(permitType, owner, spender, amount, token.nonces(owner), deadline));
    bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), statement));
    (signature.v, signature.r, signature.s) = vm.sign(privateKey, digest);
}

/// @dev One past the largest private key: the order of secp256k1.
uint256 constant PRIVATE_KEY_END = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
