// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IJobEscrow} from "../../src/interfaces/IJobEscrow.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {bound, vm} from "../support/Cheats.sol";
import {MerkleTree} from "../support/MerkleTree.sol";
import {BondActions} from "./BondActions.sol";
import {Epoch} from "./EpochActions.sol";
import {Book} from "./World.sol";

/// @dev The actions forge strings together at random. Each makes its own conditions first, so that it always
/// does what its name says; and an action that must fail checks that it does.
contract Handler is BondActions {
    uint256 private constant AMOUNT_MAX = 1e24;

    bytes32[] private _tree;
    bytes32[] private _formerTree;
    uint256[PROVIDERS] private _formerEarned;

    function openJob(uint256 who, uint256 amount, uint256 delay) external action {
        _open(who % REQUESTERS, bound(amount, 1, AMOUNT_MAX), uint64(bound(delay, 1, 3 days)));
    }

    function topUp(uint256 pick, uint256 amount, uint256 delay) external action {
        uint256 index = _anOpenJob(pick);
        uint256 earliest = books[index].refundableAt;
        if (earliest <= block.timestamp) earliest = block.timestamp + 1;
        _fund(index, bound(amount, 0, AMOUNT_MAX), uint64(earliest + bound(delay, 0, 1 days)));
    }

    /// @dev Charges three jobs or one job three times, gives two providers a part of what is there to earn, and
    /// every other time closes some job, ended or not.
    function postEpoch(uint256[3] calldata picks, uint256[3] calldata amounts, uint256 share, uint256 closing)
        external
        action
    {
        ISettlement.Charge[] memory charges = new ISettlement.Charge[](picks.length);
        for (uint256 i = 0; i < picks.length; i++) {
            charges[i] = _charge(_anOpenJob(picks[i]), amounts[i]);
        }
        bytes32[] memory closedJobs = new bytes32[](closing % 2);
        if (closedJobs.length > 0) {
            uint256 closed = (closing / 2) % books.length;
            closedJobs[0] = jobId(closed);
            if (!books[closed].ended) _end(closed);
        }
        _formerEarned = earned;
        uint256 left = _surplus();
        uint256 gain = bound(share, 0, left);
        uint256 first = share % PROVIDERS;
        earned[first] += gain;
        earned[(first + 1) % PROVIDERS] += (left - gain) / 2;
        _post(charges, closedJobs);
    }

    function claim(uint256 who, address caller) external action {
        who = _aCreditor(who);
        uint256 owed = earned[who] - settlement.claimed(provider(who));
        vm.prank(caller);
        uint256 paid = settlement.claim(provider(who), earned[who], _proofOf(who));
        vm.assertEq(paid, owed, "a claim pays what is owed");
        totalPaid += paid;
    }

    /// @dev Everybody in one batch, the first one twice, and usually some with nothing to claim.
    function claimMany(uint256 who, address caller) external action {
        who = _aCreditor(who);
        uint256 owed = settlement.totalEarned() - settlement.totalClaimed();
        ISettlement.Claim[] memory claims = new ISettlement.Claim[](PROVIDERS + 1);
        for (uint256 i = 0; i < claims.length; i++) {
            uint256 one = (who + i) % PROVIDERS;
            claims[i] = ISettlement.Claim(provider(one), earned[one], _proofOf(one));
        }
        vm.prank(caller);
        uint256 paid = settlement.claimMany(claims);
        vm.assertEq(paid, owed, "a batch of all pays all that is owed");
        totalPaid += paid;
    }

    function claimTwice(uint256 who) external action {
        who = _aCreditor(who);
        totalPaid += settlement.claim(provider(who), earned[who], _proofOf(who));
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.NothingToClaim.selector, provider(who), earned[who])
        );
        settlement.claim(provider(who), earned[who], _proofOf(who));
    }

    function claimByTheFormerRoot(uint256 who) external action {
        who = who % PROVIDERS;
        _earnMore();
        _earnMore();
        bool paidAlready = _formerEarned[who] <= settlement.claimed(provider(who));
        vm.expectPartialRevert(
            paidAlready ? ISettlement.NothingToClaim.selector : ISettlement.InvalidProof.selector
        );
        settlement.claim(provider(who), _formerEarned[who], MerkleTree.proofOf(_formerTree, who));
    }

    function claimTooMuch(uint256 who, uint256 amount) external action {
        who = _aCreditor(who);
        uint256 tooMuch = bound(amount, earned[who] + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.InvalidProof.selector, provider(who), tooMuch));
        settlement.claim(provider(who), tooMuch, _proofOf(who));
    }

    function refund(uint256 pick, address caller) external action {
        uint256 index = _anOpenJob(pick);
        if (block.timestamp < books[index].refundableAt) vm.warp(books[index].refundableAt);
        _end(index);
        vm.prank(caller);
        escrow.refund(jobId(index));
    }

    function refundTooEarly(uint256 who, uint256 amount, uint256 delay, address caller) external action {
        uint256 index = _open(who % REQUESTERS, bound(amount, 1, AMOUNT_MAX), uint64(bound(delay, 1, 3 days)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IJobEscrow.NotYetRefundable.selector, jobId(index), books[index].refundableAt
            )
        );
        vm.prank(caller);
        escrow.refund(jobId(index));
    }

    function chargeTooMuch(uint256 pick, uint256 amount) external action {
        uint256 index = _anOpenJob(pick);
        uint256 tooMuch = bound(amount, books[index].funded + 1, type(uint256).max);
        ISettlement.Charge[] memory charges = new ISettlement.Charge[](1);
        charges[0] = ISettlement.Charge(jobId(index), tooMuch);
        Epoch memory epoch = _attest(
            settlement.root(), settlement.totalEarned(), type(uint256).max, charges, new bytes32[](0)
        );
        _propose(epoch, THRESHOLD);
        vm.warp(settlement.activatesAt());
        _mustFail(
            address(this), address(settlement), _activation(epoch), IJobEscrow.ChargeAboveFunded.selector
        );
    }

    function intrude(uint256 pick, address caller) external action {
        if (caller == address(this) || caller == address(settlement)) caller = address(1);
        bytes32 job = jobId(_anOpenJob(pick));
        bytes4 notSettlement = IJobEscrow.NotSettlement.selector;
        _mustFail(caller, address(escrow), abi.encodeCall(escrow.chargeTo, (job, 1)), notSettlement);
        _mustFail(caller, address(escrow), abi.encodeCall(escrow.close, (job)), notSettlement);
        bytes memory veto = abi.encodeCall(settlement.veto, (settlement.proposedEpoch()));
        if (!settlement.isAuditor(caller)) {
            _mustFail(caller, address(settlement), veto, ISettlement.NotAuditor.selector);
        }
        bytes memory mint = abi.encodeCall(token.mint, (caller, 1));
        _mustFail(caller, address(token), mint, Ownable.OwnableUnauthorizedAccount.selector);
    }

    function donate(uint256 amount, bool toEscrow) external action {
        amount = bound(amount, 1, AMOUNT_MAX);
        token.mint(toEscrow ? address(escrow) : address(settlement), amount);
        if (toEscrow) donatedToEscrow += amount;
        else donatedToSettlement += amount;
    }

    function waitAWhile(uint256 duration) external action {
        vm.warp(block.timestamp + bound(duration, 1, 1 days));
    }

    function _open(uint256 who, uint256 amount, uint64 delay) private returns (uint256 index) {
        index = books.length;
        books.push();
        books[index].requester = requester(who);
        _fund(index, amount, uint64(block.timestamp) + delay);
    }

    function _fund(uint256 index, uint256 amount, uint64 refundableAt) private {
        Book storage book = books[index];
        book.funded += amount;
        book.refundableAt = refundableAt;
        token.mint(book.requester, amount);
        vm.prank(book.requester);
        token.approve(address(escrow), amount);
        vm.prank(book.requester);
        escrow.fund(bytes32(index), amount, refundableAt);
    }

    function _charge(uint256 index, uint256 amount) private returns (ISettlement.Charge memory) {
        Book storage book = books[index];
        book.charged = bound(amount, book.charged, book.funded);
        return ISettlement.Charge(jobId(index), book.charged);
    }

    function _end(uint256 index) private {
        books[index].ended = true;
        books[index].refunded = books[index].funded - books[index].charged;
    }

    function _post(ISettlement.Charge[] memory charges, bytes32[] memory closedJobs) private {
        address[] memory accounts = new address[](PROVIDERS);
        uint256[] memory amounts = new uint256[](PROVIDERS);
        uint256 totalEarned = 0;
        for (uint256 i = 0; i < PROVIDERS; i++) {
            (accounts[i], amounts[i]) = (provider(i), earned[i]);
            totalEarned += earned[i];
        }
        _formerTree = _tree;
        _tree = MerkleTree.build(accounts, amounts);
        uint256 totalCharged = 0;
        for (uint256 i = 0; i < books.length; i++) {
            totalCharged += books[i].charged;
        }
        _activateAfter(_attest(_tree[0], totalEarned, totalCharged, charges, closedJobs));
    }

    /// @dev An epoch that leaves every provider with something new to claim.
    function _earnMore() private {
        ISettlement.Charge[] memory charges = new ISettlement.Charge[](1);
        charges[0] = _charge(_open(0, 100, 1 days), 100);
        _formerEarned = earned;
        for (uint256 i = 0; i < PROVIDERS; i++) {
            earned[i] += 10 + i;
        }
        _post(charges, new bytes32[](0));
    }

    /// @dev The first open job from a random place on, or a new one where there is none.
    function _anOpenJob(uint256 pick) private returns (uint256) {
        for (uint256 i = 0; i < books.length; i++) {
            uint256 index = (pick % books.length + i) % books.length;
            if (!books[index].ended) return index;
        }
        return _open(pick % REQUESTERS, 1000, 1 days);
    }

    /// @dev A provider who is owed something, after one more epoch if need be.
    function _aCreditor(uint256 who) private returns (uint256) {
        who = who % PROVIDERS;
        if (earned[who] == settlement.claimed(provider(who))) _earnMore();
        return who;
    }

    function _proofOf(uint256 who) private view returns (bytes32[] memory) {
        return MerkleTree.proofOf(_tree, who);
    }

    /// @dev All that was charged and not earned yet.
    function _surplus() private view returns (uint256 surplus) {
        for (uint256 i = 0; i < books.length; i++) {
            surplus += books[i].charged;
        }
        for (uint256 i = 0; i < PROVIDERS; i++) {
            surplus -= earned[i];
        }
    }
}
