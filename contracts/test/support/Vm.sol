// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

/// @dev The few of forge's cheat codes these tests use.
interface Vm {
    function addr(uint256 privateKey) external pure returns (address);
    function assertEq(address left, address right) external pure;
    function assertEq(bytes32 left, bytes32 right) external pure;
    function assertEq(string calldata left, string calldata right) external pure;
    function assertEq(uint256 left, uint256 right) external pure;
    function assertEq(uint256 left, uint256 right, string calldata fact) external pure;
    function assertGe(uint256 left, uint256 right, string calldata fact) external pure;
    function assertGt(uint256 left, uint256 right, string calldata fact) external pure;
    function assertLe(uint256 left, uint256 right, string calldata fact) external pure;
    function assertTrue(bool condition, string calldata fact) external pure;
    function assume(bool condition) external pure;
    function chainId(uint256 id) external;
    function expectEmit(address emitter) external;
    function expectPartialRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 selector) external;
    function prank(address sender) external;
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 timestamp) external;
}
