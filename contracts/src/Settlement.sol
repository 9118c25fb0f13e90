// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {JobEscrow} from "./JobEscrow.sol";
import {IJobEscrow} from "./interfaces/IJobEscrow.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";

/// @dev `postEpoch` measures its balance around the charges. A claim paid in between would falsify the
/// measure, hence the lock on everything that moves the balance.
contract Settlement is ISettlement, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    address public immutable poster;
    IJobEscrow public immutable escrow;

    uint64 public epoch;
    bytes32 public root;
    uint256 public totalEarned;
    uint256 public totalCharged;
    uint256 public totalClaimed;
    mapping(address account => uint256) public claimed;

    constructor(IERC20 token_, address poster_) {
        require(poster_ != address(0), NoPoster());
        token = token_;
        poster = poster_;
        escrow = new JobEscrow(token_);
    }

    function postEpoch(
        uint64 newEpoch,
        bytes32 newRoot,
        uint256 newTotalEarned,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs
    ) external nonReentrant {
        require(msg.sender == poster, NotPoster(msg.sender));
        require(newEpoch == epoch + 1, WrongEpoch(epoch + 1, newEpoch));
        require(newTotalEarned >= totalEarned, EarnedBelowFormer(totalEarned, newTotalEarned));

        uint256 newTotalCharged = totalCharged + _collect(charges);
        require(newTotalEarned <= newTotalCharged, EarnedAboveCharged(newTotalCharged, newTotalEarned));

        epoch = newEpoch;
        root = newRoot;
        totalEarned = newTotalEarned;
        totalCharged = newTotalCharged;
        emit EpochPosted(newEpoch, newRoot, newTotalEarned, newTotalCharged);

        for (uint256 i = 0; i < closedJobs.length; i++) {
            escrow.close(closedJobs[i]);
        }
    }

    function claim(address account, uint256 cumulative, bytes32[] calldata proof)
        external
        nonReentrant
        returns (uint256 amount)
    {
        require(cumulative > claimed[account], NothingToClaim(account, claimed[account]));
        return _pay(account, cumulative, proof);
    }

    function claimMany(Claim[] calldata claims) external nonReentrant returns (uint256 amount) {
        for (uint256 i = 0; i < claims.length; i++) {
            Claim calldata one = claims[i];
            if (one.cumulative > claimed[one.account]) {
                amount += _pay(one.account, one.cumulative, one.proof);
            }
        }
    }

    /// @dev Believes the balance and not the sum of the charges: whatever the escrow or the token did, nobody
    /// can be paid from money that is not here.
    function _collect(Charge[] calldata charges) private returns (uint256 arrived) {
        uint256 before = token.balanceOf(address(this));
        for (uint256 i = 0; i < charges.length; i++) {
            escrow.chargeTo(charges[i].jobId, charges[i].cumulative);
        }
        return token.balanceOf(address(this)) - before;
    }

    function _pay(address account, uint256 cumulative, bytes32[] calldata proof)
        private
        returns (uint256 amount)
    {
        // Hashed twice, so that no inner node of the tree can be passed off as a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        require(MerkleProof.verifyCalldata(proof, root, leaf), InvalidProof(account, cumulative));

        amount = cumulative - claimed[account];
        require(amount <= totalEarned - totalClaimed, ClaimAboveEarned(totalEarned, totalClaimed));
        claimed[account] = cumulative;
        totalClaimed += amount;
        emit Claimed(account, cumulative, amount);
        token.safeTransfer(account, amount);
    }
}
