// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IJobEscrow} from "./interfaces/IJobEscrow.sol";

/// @dev Every function settles its own books before it calls the token, and asks nothing of the token after.
/// A token that called back in would find the work done, so there is no reentrancy lock.
contract JobEscrow is IJobEscrow {
    using SafeERC20 for IERC20;

    uint64 public constant REFUND_DELAY_MAX_SECONDS = 366 days;

    IERC20 public immutable token;
    address public immutable settlement;

    mapping(bytes32 jobId => Job) private _jobs;

    modifier onlySettlement() {
        require(msg.sender == settlement, NotSettlement(msg.sender));
        _;
    }

    /// @dev The creator becomes the settlement, for good.
    constructor(IERC20 token_) {
        token = token_;
        settlement = msg.sender;
    }

    function fund(bytes32 salt, uint256 amount, uint64 refundableAt) external returns (bytes32 jobId) {
        return _fund(salt, amount, refundableAt);
    }

    function fundWithPermit(
        bytes32 salt,
        uint256 amount,
        uint64 refundableAt,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 jobId) {
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {}
            catch {}
        return _fund(salt, amount, refundableAt);
    }

    function chargeTo(bytes32 jobId, uint256 cumulative) external onlySettlement {
        Job storage job = _jobs[jobId];
        if (job.state != JobState.Unknown && cumulative == job.charged) return;
        require(job.state == JobState.Open, JobNotOpen(jobId, job.state));
        require(cumulative >= job.charged, ChargeBelowFormer(jobId, job.charged, cumulative));
        require(cumulative <= job.funded, ChargeAboveFunded(jobId, job.funded, cumulative));

        uint256 amount = cumulative - job.charged;
        job.charged = cumulative;
        emit JobCharged(jobId, cumulative, amount);
        token.safeTransfer(settlement, amount);
    }

    function close(bytes32 jobId) external onlySettlement {
        JobState state = _jobs[jobId].state;
        require(state != JobState.Unknown, JobNotOpen(jobId, state));
        if (state == JobState.Open) _end(jobId, JobState.Closed);
    }

    function refund(bytes32 jobId) external {
        Job storage job = _jobs[jobId];
        require(job.state == JobState.Open, JobNotOpen(jobId, job.state));
        require(block.timestamp >= job.refundableAt, NotYetRefundable(jobId, job.refundableAt));
        _end(jobId, JobState.Refunded);
    }

    function jobs(bytes32 jobId) external view returns (Job memory) {
        return _jobs[jobId];
    }

    function jobIdOf(address requester, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(requester, salt));
    }

    function _fund(bytes32 salt, uint256 amount, uint64 refundableAt) private returns (bytes32 jobId) {
        jobId = jobIdOf(msg.sender, salt);
        Job storage job = _jobs[jobId];
        if (job.state == JobState.Unknown) {
            require(amount > 0, NothingToFund(jobId));
            job.requester = msg.sender;
            job.state = JobState.Open;
        }
        require(job.state == JobState.Open, JobNotOpen(jobId, job.state));
        _requireRefundTime(refundableAt, job.refundableAt);

        job.refundableAt = refundableAt;
        job.funded += amount;
        emit JobFunded(jobId, msg.sender, amount, job.funded, refundableAt);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    function _end(bytes32 jobId, JobState state) private {
        Job storage job = _jobs[jobId];
        uint256 unspent = job.funded - job.charged;
        job.state = state;
        job.refunded = unspent;
        emit JobEnded(jobId, job.requester, state, unspent);
        token.safeTransfer(job.requester, unspent);
    }

    function _requireRefundTime(uint64 refundableAt, uint64 former) private view {
        uint256 earliest = Math.max(block.timestamp + 1, former);
        uint256 latest = block.timestamp + REFUND_DELAY_MAX_SECONDS;
        require(
            refundableAt >= earliest && refundableAt <= latest,
            RefundTimeOutOfRange(refundableAt, earliest, latest)
        );
    }
}
