// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IJobEscrow} from "./IJobEscrow.sol";

/// @title Turns accepted work into pay
/// @notice Each epoch the poster charges jobs and posts one Merkle root over what every account has earned
/// since the beginning. Amounts are cumulative, so an account may skip epochs and claim once, and the same
/// leaf never pays twice. At every moment `totalClaimed <= totalEarned <= totalCharged`.
///
/// A leaf is `keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))))` and pairs are hashed sorted:
/// the format of OpenZeppelin's StandardMerkleTree with the types `address, uint256`.
interface ISettlement {
    /// @param jobId the job to charge
    /// @param cumulative all it has been charged since it was opened, this epoch included
    struct Charge {
        bytes32 jobId;
        uint256 cumulative;
    }

    /// @param account who is paid
    /// @param cumulative all it has earned, as its leaf in the current root says
    /// @param proof the leaf's path to the current root
    struct Claim {
        address account;
        uint256 cumulative;
        bytes32[] proof;
    }

    /// @notice Epoch `epoch` is settled; `root`, `totalEarned` and `totalCharged` hold from now on.
    event EpochPosted(uint64 indexed epoch, bytes32 root, uint256 totalEarned, uint256 totalCharged);
    /// @notice `account` was paid `amount`, which brought its claims to `cumulative`.
    event Claimed(address indexed account, uint256 cumulative, uint256 amount);

    /// @notice There must be somebody who can post.
    error NoPoster();
    /// @notice Only the poster may post epochs.
    error NotPoster(address caller);
    /// @notice Epochs are posted one after the other.
    error WrongEpoch(uint64 expected, uint64 actual);
    /// @notice What was earned stays earned.
    error EarnedBelowFormer(uint256 former, uint256 actual);
    /// @notice Nothing is earned that no requester was charged for.
    error EarnedAboveCharged(uint256 totalCharged, uint256 totalEarned);
    /// @notice The current root has no such leaf at the end of this proof.
    error InvalidProof(address account, uint256 cumulative);
    /// @notice The account has already been paid this much.
    error NothingToClaim(address account, uint256 claimed);
    /// @notice The root promises more than was earned in all; what was earned has been paid out.
    error ClaimAboveEarned(uint256 totalEarned, uint256 totalClaimed);

    /// @notice Charges jobs, sets the root, then closes jobs: all of it or nothing. Only the poster may call.
    /// @dev What is charged but not earned stays here, for later epochs to give to a leaf.
    /// A charge fails the epoch if its job has ended meanwhile, so charge well before a job's refund time.
    /// @param newEpoch the current epoch plus one
    /// @param newRoot root over the cumulative earnings of every account; zero while nobody has earned
    /// @param newTotalEarned sum of the leaves; at least the former sum, at most all that was ever charged
    /// @param charges what each job has paid in all; repeated values move nothing
    /// @param closedJobs jobs whose unspent budget goes back now
    function postEpoch(
        uint64 newEpoch,
        bytes32 newRoot,
        uint256 newTotalEarned,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs
    ) external;

    /// @notice Pays an account what it has earned and not yet claimed. Anyone may call; only the account of
    /// the leaf is paid, so a claim can be relayed but not redirected.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof)
        external
        returns (uint256 amount);

    /// @notice `claim` for many. An account with nothing left to claim is passed over, so that somebody who
    /// claims first cannot fail the batch; any other fault fails it all.
    function claimMany(Claim[] calldata claims) external returns (uint256 amount);

    /// @notice The last settled epoch; zero before the first.
    function epoch() external view returns (uint64);

    /// @notice The root claims are proven against.
    function root() external view returns (bytes32);

    /// @notice All that accounts have earned, by the poster's word.
    function totalEarned() external view returns (uint256);

    /// @notice All that has arrived from the escrow.
    function totalCharged() external view returns (uint256);

    /// @notice All that has been paid out.
    function totalClaimed() external view returns (uint256);

    /// @notice All that an account has been paid.
    function claimed(address account) external view returns (uint256);

    /// @notice The only address that may post epochs.
    function poster() external view returns (address);

    /// @notice Where jobs are funded; created by this contract and charged by nobody else.
    function escrow() external view returns (IJobEscrow);

    /// @notice The token of budgets and pay.
    function token() external view returns (IERC20);
}
