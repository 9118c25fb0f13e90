// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Where requesters' budgets wait until work is accepted
/// @notice A job's budget leaves in two ways only: to the settlement, as the job is charged, and back to its
/// requester, when the job ends. At every moment `charged + refunded <= funded`, job by job.
interface IJobEscrow {
    /// @notice Unknown → Open by the first `fund`; Open → Closed by the settlement; Open → Refunded by anyone
    /// after the deadline. An ended job (Closed or Refunded) never opens again: take a new salt.
    enum JobState {
        Unknown,
        Open,
        Closed,
        Refunded
    }

    /// @param requester who funds the job and receives what is left of it
    /// @param refundableAt Unix time in seconds from which anyone may send the unspent budget back
    /// @param state where the job is in its life
    /// @param funded all that was ever paid in, in the token's smallest unit, as are the two below
    /// @param charged all that ever left for the settlement
    /// @param refunded all that went back to the requester
    struct Job {
        address requester;
        uint64 refundableAt;
        JobState state;
        uint256 funded;
        uint256 charged;
        uint256 refunded;
    }

    /// @notice A job was opened, topped up or given more time; `funded` and `refundableAt` hold from now on.
    event JobFunded(
        bytes32 indexed jobId, address indexed requester, uint256 amount, uint256 funded, uint64 refundableAt
    );
    /// @notice `amount` left for the settlement, which brought the job's charges to `cumulative`.
    event JobCharged(bytes32 indexed jobId, uint256 cumulative, uint256 amount);
    /// @notice The job ended in `state`, and `refunded` went back to `requester`.
    event JobEnded(bytes32 indexed jobId, address indexed requester, JobState state, uint256 refunded);

    /// @notice Only the settlement may charge and close.
    error NotSettlement(address caller);
    /// @notice The call needs an open job.
    error JobNotOpen(bytes32 jobId, JobState state);
    /// @notice A job opens with a budget, not with nothing.
    error NothingToFund(bytes32 jobId);
    /// @notice The refund time must lie between `earliest` and `latest`, both included.
    error RefundTimeOutOfRange(uint64 refundableAt, uint256 earliest, uint256 latest);
    /// @notice The deadline has not come yet.
    error NotYetRefundable(bytes32 jobId, uint64 refundableAt);
    /// @notice Charges are cumulative and never fall.
    error ChargeBelowFormer(bytes32 jobId, uint256 charged, uint256 cumulative);
    /// @notice Nobody is charged more than they paid in.
    error ChargeAboveFunded(bytes32 jobId, uint256 funded, uint256 cumulative);

    /// @notice Opens the caller's job, or tops it up while it is open. Needs an allowance of `amount`.
    /// @param salt tells the caller's jobs apart
    /// @param amount what to add; only a top-up may be zero, to move the refund time alone
    /// @param refundableAt must lie in the future, at most `REFUND_DELAY_MAX_SECONDS` ahead, and never before
    /// the job's present refund time: work goes on in the trust that the budget stays until then
    function fund(bytes32 salt, uint256 amount, uint64 refundableAt) external returns (bytes32 jobId);

    /// @notice `fund` with the allowance given by signature, in one transaction.
    /// @dev The caller is the requester and the signer. A permit is public once it is sent, so anybody can use
    /// it up first; that gives the same allowance, so a failed permit is passed over and the transfer decides.
    /// @param deadline last second at which the permit of exactly `amount` to this contract is valid
    function fundWithPermit(
        bytes32 salt,
        uint256 amount,
        uint64 refundableAt,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 jobId);

    /// @notice Brings what the job has paid to `cumulative`, by moving the difference to the settlement.
    /// Only the settlement may call. Repeating the present value does nothing, also for an ended job.
    function chargeTo(bytes32 jobId, uint256 cumulative) external;

    /// @notice Ends the job and returns what is unspent. Only the settlement may call.
    /// An already ended job is left as it is: anyone may have refunded it just before, and that must not be a
    /// way to make an epoch fail.
    function close(bytes32 jobId) external;

    /// @notice Ends an open job from its refund time on and returns what is unspent. Anyone may call; only the
    /// requester is paid.
    function refund(bytes32 jobId) external;

    /// @notice A job by its id; all zero where there is none.
    function jobs(bytes32 jobId) external view returns (Job memory);

    /// @notice The id of a requester's job: `keccak256(abi.encode(requester, salt))`.
    /// @dev The requester is part of it so that nobody can open, and so occupy, another's job id.
    function jobIdOf(address requester, bytes32 salt) external pure returns (bytes32);

    /// @notice The token budgets are held in.
    function token() external view returns (IERC20);

    /// @notice The only address that may charge and close.
    function settlement() external view returns (address);

    /// @notice How far ahead a refund time may lie. It catches a time given in milliseconds, which would lock
    /// the requester's own money for thousands of years.
    function REFUND_DELAY_MAX_SECONDS() external view returns (uint64);
}
