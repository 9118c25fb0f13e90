// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../src/MaskToken.sol";
import {Settlement} from "../src/Settlement.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {bound, vm} from "./support/Cheats.sol";
import {Council} from "./support/Council.sol";

contract SettlementSetupTest is Council {
    uint64 private constant DELAY_MAX = 366 days;

    MaskToken private token = new MaskToken(address(this));

    function test_whoDecidesIsFixedAtTheStart() external {
        Settlement settlement = new Settlement(token, setupWith(1 hours));
        vm.assertEq(settlement.threshold(), THRESHOLD);
        vm.assertEq(settlement.activationDelay(), 1 hours);
        vm.assertEq(settlement.log(), vm.addr(LOG_KEY));
        vm.assertEq(settlement.auditors().length, AUDITORS);
        for (uint256 i = 0; i < AUDITORS; i++) {
            vm.assertEq(settlement.auditors()[i], auditor(i));
            vm.assertTrue(settlement.isAuditor(auditor(i)), "an auditor");
        }
        vm.assertTrue(!settlement.isAuditor(address(this)), "no auditor");
        vm.assertEq(address(settlement.bonds().settlement()), address(settlement));
        vm.assertEq(address(settlement.bonds().token()), address(token));
        vm.assertEq(settlement.bonds().unbondingDelay(), UNBONDING_DELAY);
    }

    function test_itNeedsALog() external {
        ISettlement.Setup memory setup = setupWith(0);
        setup.log = address(0);
        vm.expectRevert(ISettlement.NoLog.selector);
        new Settlement(token, setup);
    }

    function test_itNeedsAuditors() external {
        ISettlement.Setup memory setup = setupWith(0);
        setup.auditors = new address[](0);
        setup.threshold = 0;
        refuses(setup);
        setup.threshold = 1;
        refuses(setup);
    }

    function testFuzz_theThresholdCanBeMet(uint256 threshold) external {
        ISettlement.Setup memory setup = setupWith(0);
        setup.threshold = threshold;
        if (threshold == 0 || threshold > AUDITORS) refuses(setup);
        else vm.assertEq(new Settlement(token, setup).threshold(), threshold);
    }

    function test_anAuditorIsSomebodyAndOnlyOnce() external {
        ISettlement.Setup memory setup = setupWith(0);
        setup.auditors[2] = address(0);
        refuses(setup);
        setup.auditors[2] = setup.auditors[0];
        refuses(setup);
    }

    function testFuzz_thereAreAtMost32Auditors(uint8 count) external {
        count = uint8(bound(count, 1, 64));
        ISettlement.Setup memory setup = setupWith(0);
        setup.threshold = 1;
        setup.auditors = new address[](count);
        for (uint256 i = 0; i < count; i++) {
            setup.auditors[i] = address(uint160(i + 1));
        }
        if (count > 32) refuses(setup);
        else vm.assertEq(new Settlement(token, setup).auditors().length, count);
    }

    function testFuzz_noDelayIsLongerThanAYear(uint64 activation, uint64 unbonding) external {
        ISettlement.Setup memory setup = setupWith(activation);
        setup.unbondingDelay = unbonding;
        if (activation > DELAY_MAX || unbonding > DELAY_MAX) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ISettlement.DelayTooLong.selector, activation > DELAY_MAX ? activation : unbonding
                )
            );
        }
        new Settlement(token, setup);
    }

    function test_noDelayIsLongerThanAYear() external {
        ISettlement.Setup memory setup = setupWith(DELAY_MAX + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.DelayTooLong.selector, DELAY_MAX + 1));
        new Settlement(token, setup);
    }

    function refuses(ISettlement.Setup memory setup) private {
        vm.expectRevert(ISettlement.BadAuditors.selector);
        new Settlement(token, setup);
    }
}
