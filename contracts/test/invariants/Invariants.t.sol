// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {MaskToken} from "../../src/MaskToken.sol";
import {Settlement} from "../../src/Settlement.sol";
import {IBonds} from "../../src/interfaces/IBonds.sol";
import {IJobEscrow} from "../../src/interfaces/IJobEscrow.sol";
import {vm} from "../support/Cheats.sol";
import {Handler} from "./Handler.sol";
import {Book} from "./World.sol";

/// @dev What holds after any number of actions in any order. The ids are those of the README.
contract InvariantsTest {
    /// @dev The jobs as they should be, beside the jobs as the escrow has them, and the sums of the latter.
    struct Jobs {
        Book[] books;
        IJobEscrow.Job[] jobs;
        uint256 funded;
        uint256 charged;
        uint256 refunded;
    }

    Handler private world = new Handler();
    MaskToken private token = world.token();
    Settlement private settlement = world.settlement();
    IJobEscrow private escrow = world.escrow();
    IBonds private bonds = world.bonds();

    /// @dev Read by forge: whose functions to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(world);
    }

    /// @dev One campaign for all seven: forge would play the same actions again for each.
    function invariant_theBooksBalance() external view {
        Jobs memory all = _readJobs();
        _theSettlementIsSolvent(all);
        _theEscrowIsSolvent(all);
        _everyJobBalances(all);
        _nobodyIsPaidTwice();
        _refundsReachTheirRequester(all);
        _bondsAreWhatWasPutUp();
        _theSupplyIsConserved(all);
    }

    /// @dev Guards the invariants against holding because nothing happened. A short run is one that forge
    /// cut down to replay a failure.
    function afterInvariant() external view {
        if (world.actions() < 100) return;
        vm.assertGt(settlement.epoch(), 0, "an epoch was posted");
        vm.assertGt(settlement.totalCharged(), 0, "a job was charged");
        vm.assertGt(settlement.totalClaimed(), 0, "a claim was paid");
    }

    /// @dev [K1] claimed ≤ earned ≤ charged ≤ funded, and the settlement holds what is charged and not claimed.
    function _theSettlementIsSolvent(Jobs memory all) private view {
        vm.assertEq(settlement.totalClaimed(), world.totalPaid(), "claimed is what was paid");
        vm.assertLe(settlement.totalClaimed(), settlement.totalEarned(), "claimed and earned");
        vm.assertLe(settlement.totalEarned(), settlement.totalCharged(), "earned and charged");
        vm.assertEq(settlement.totalCharged(), all.charged, "charged is the sum over the jobs");
        vm.assertLe(all.charged, all.funded, "charged and funded");
        uint256 balance = token.balanceOf(address(settlement)) - world.donatedToSettlement();
        vm.assertEq(
            balance, settlement.totalCharged() - settlement.totalClaimed(), "the settlement's balance"
        );
    }

    /// @dev [K2] the escrow holds exactly what no job has spent or got back.
    function _theEscrowIsSolvent(Jobs memory all) private view {
        uint256 balance = token.balanceOf(address(escrow)) - world.donatedToEscrow();
        vm.assertEq(balance, all.funded - all.charged - all.refunded, "the escrow's balance");
    }

    /// @dev [K3] every job is as its requester and the auditors asked, and never spends more than was paid in.
    function _everyJobBalances(Jobs memory all) private pure {
        for (uint256 i = 0; i < all.jobs.length; i++) {
            Book memory book = all.books[i];
            IJobEscrow.Job memory job = all.jobs[i];
            vm.assertEq(job.requester, book.requester);
            vm.assertEq(job.refundableAt, book.refundableAt, "refundable at");
            vm.assertEq(job.funded, book.funded, "funded");
            vm.assertEq(job.charged, book.charged, "charged");
            vm.assertEq(job.refunded, book.refunded, "refunded");
            vm.assertLe(job.charged + job.refunded, job.funded, "out and in");
            vm.assertTrue((job.state == IJobEscrow.JobState.Open) != book.ended, "state");
            if (book.ended) {
                vm.assertEq(job.charged + job.refunded, job.funded, "an ended job leaves nothing");
            }
        }
    }

    /// @dev [K4] a provider holds what it has claimed and no more, and that is no more than it earned.
    function _nobodyIsPaidTwice() private view {
        uint256 sum = 0;
        for (uint256 i = 0; i < world.PROVIDERS(); i++) {
            address provider = world.provider(i);
            vm.assertEq(token.balanceOf(provider), settlement.claimed(provider), "balance and claimed");
            vm.assertLe(settlement.claimed(provider), world.earned(i), "claimed and earned");
            sum += settlement.claimed(provider);
        }
        vm.assertEq(sum, settlement.totalClaimed(), "claimed by each and in all");
    }

    /// @dev [K5] a requester gets back exactly the unspent budgets of its own ended jobs.
    function _refundsReachTheirRequester(Jobs memory all) private view {
        for (uint256 i = 0; i < world.REQUESTERS(); i++) {
            address requester = world.requester(i);
            uint256 refunded = 0;
            for (uint256 index = 0; index < all.books.length; index++) {
                if (all.books[index].requester == requester) refunded += all.books[index].refunded;
            }
            vm.assertEq(token.balanceOf(requester), refunded, "refunds of a requester");
        }
    }

    /// @dev [K9] the bonds hold exactly what is at stake; who lost one got nothing, its reporter at most half.
    function _bondsAreWhatWasPutUp() private view {
        uint256 atStake = 0;
        uint256 returned = 0;
        for (uint256 i = 0; i < world.BONDED(); i++) {
            vm.assertEq(bonds.bonds(world.bondOwner(i)).amount, world.bonded(i), "a bond");
            vm.assertEq(token.balanceOf(world.bondOwner(i)), world.withdrawn(i), "what came back");
            atStake += world.bonded(i);
            returned += world.withdrawn(i);
        }
        vm.assertEq(token.balanceOf(address(bonds)), atStake, "the bonds' balance");
        vm.assertEq(token.balanceOf(world.reporter()), world.rewarded(), "what the reporter got");
        vm.assertEq(token.balanceOf(bonds.GRAVE()), world.burnt(), "what was burnt");
        vm.assertLe(world.rewarded(), world.burnt(), "rewarded and burnt");
        vm.assertEq(
            atStake + returned + world.rewarded() + world.burnt(),
            world.totalBonded(),
            "put up and accounted for"
        );
    }

    /// @dev [K6] no action makes or destroys a token: everything minted is held by somebody we know.
    function _theSupplyIsConserved(Jobs memory all) private view {
        uint256 held = token.balanceOf(address(escrow)) + token.balanceOf(address(settlement));
        for (uint256 i = 0; i < world.REQUESTERS(); i++) {
            held += token.balanceOf(world.requester(i));
        }
        for (uint256 i = 0; i < world.PROVIDERS(); i++) {
            held += token.balanceOf(world.provider(i));
        }
        held += token.balanceOf(address(bonds)) + token.balanceOf(world.reporter());
        held += token.balanceOf(bonds.GRAVE());
        for (uint256 i = 0; i < world.BONDED(); i++) {
            held += token.balanceOf(world.bondOwner(i));
        }
        uint256 minted =
            all.funded + world.donatedToEscrow() + world.donatedToSettlement() + world.totalBonded();
        vm.assertEq(held, token.totalSupply(), "held and supply");
        vm.assertEq(token.totalSupply(), minted, "supply and minted");
    }

    function _readJobs() private view returns (Jobs memory all) {
        all.books = world.allBooks();
        all.jobs = new IJobEscrow.Job[](all.books.length);
        for (uint256 i = 0; i < all.books.length; i++) {
            IJobEscrow.Job memory job = escrow.jobs(keccak256(abi.encode(all.books[i].requester, i)));
            all.jobs[i] = job;
            all.funded += job.funded;
            all.charged += job.charged;
            all.refunded += job.refunded;
        }
    }
}
