// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {vm} from "../support/Cheats.sol";
import {BondActions} from "./BondActions.sol";
import {EpochActions} from "./EpochActions.sol";
import {Handler} from "./Handler.sol";

/// @dev Shows that the handler's actions really happen: else the invariants would hold over nothing.
contract HandlerTest {
    function test_everyActionWorksOnAnEmptyWorld() external {
        bytes[] memory calls = _everyAction();
        for (uint256 i = 0; i < calls.length; i++) {
            Handler fresh = new Handler();
            (bool ok,) = address(fresh).call(calls[i]);
            vm.assertTrue(ok, "the action works");
            vm.assertEq(fresh.times(bytes4(calls[i])), 1);
        }
    }

    function _everyAction() private pure returns (bytes[] memory calls) {
        calls = new bytes[](23);
        calls[0] = abi.encodeCall(Handler.openJob, (1, 500, 1000));
        calls[1] = abi.encodeCall(Handler.topUp, (0, 70, 10));
        calls[2] = abi.encodeCall(
            Handler.postEpoch, ([uint256(0), 0, 1], [uint256(100), 200, 300], uint256(90), uint256(1))
        );
        calls[3] = abi.encodeCall(Handler.claim, (2, address(7)));
        calls[4] = abi.encodeCall(Handler.claimMany, (3, address(7)));
        calls[5] = abi.encodeCall(Handler.claimTwice, (1));
        calls[6] = abi.encodeCall(Handler.claimByTheFormerRoot, (0));
        calls[7] = abi.encodeCall(Handler.claimTooMuch, (1, 10 ether));
        calls[8] = abi.encodeCall(Handler.refund, (5, address(7)));
        calls[9] = abi.encodeCall(Handler.refundTooEarly, (2, 40, 1000, address(7)));
        calls[10] = abi.encodeCall(Handler.chargeTooMuch, (0, 10 ether));
        calls[11] = abi.encodeCall(Handler.intrude, (0, address(7)));
        calls[12] = abi.encodeCall(Handler.donate, (5, true));
        calls[13] = abi.encodeCall(Handler.waitAWhile, (1 hours));
        calls[14] = abi.encodeCall(EpochActions.vetoed, (2, "root", 10));
        calls[15] = abi.encodeCall(EpochActions.proposeAndForget, ("root", 10));
        calls[16] = abi.encodeCall(EpochActions.activateTooEarly, ("root", 10, 59 minutes));
        calls[17] = abi.encodeCall(EpochActions.proposeWithTooFew, ("root", 10, 1));
        calls[18] = abi.encodeCall(EpochActions.proposeMoreThanCharged, ("root", 10));
        calls[19] = abi.encodeCall(BondActions.deposit, (3, 10));
        calls[20] = abi.encodeCall(BondActions.withdrawBond, (3, 1 days));
        calls[21] = abi.encodeCall(BondActions.slashAuditor, (1, 5, "one", "other", true));
        calls[22] = abi.encodeCall(BondActions.slashLog, (5, "one", "other"));
    }
}
