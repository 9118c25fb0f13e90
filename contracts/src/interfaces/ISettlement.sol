// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBonds} from "./IBonds.sol";
import {IJobEscrow} from "./IJobEscrow.sol";
import {EpochAttestation, LogHead, LogReceipt} from "./Statements.sol";

/// @title Turns accepted work into pay
/// @notice Each epoch charges jobs and sets one Merkle root over what every account has earned since the
/// beginning. It is proposed with the signatures of `threshold` of the auditors, waits out `activationDelay`, in
/// which any one auditor can veto it, and then takes effect. Until then, and after a veto, the former root pays.
///
/// Amounts are cumulative, so an account may skip epochs and claim once, and the same leaf never pays twice.
/// At every moment `totalClaimed <= totalEarned <= totalCharged`.
///
/// A leaf is `keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))))` and pairs are hashed sorted:
/// the format of OpenZeppelin's StandardMerkleTree with the types `address, uint256`.
interface ISettlement {
    /// @param auditors who can attest and veto, each once; fixed for good
    /// @param threshold how many of them must sign an epoch
    /// @param activationDelay seconds from a proposal to its effect; with 0 it takes effect at once
    /// @param log whose signature the log's heads and receipts carry
    /// @param unbondingDelay seconds for which a bond that is leaving can still be slashed
    struct Setup {
        address[] auditors;
        uint256 threshold;
        uint64 activationDelay;
        address log;
        uint64 unbondingDelay;
    }

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

    /// @notice `epoch` is proposed and takes effect from `activatesAt` on, unless it is vetoed or replaced before.
    event EpochProposed(uint64 indexed epoch, bytes32 indexed digest, uint64 activatesAt);
    /// @notice `auditor` has stopped `epoch`; the root before it stays.
    event EpochVetoed(uint64 indexed epoch, address indexed auditor);
    /// @notice `epoch` is in effect: `root`, `totalEarned` and `totalCharged` hold from now on.
    event EpochActivated(
        uint64 indexed epoch,
        bytes32 root,
        uint256 totalEarned,
        uint256 totalCharged,
        uint64 logSize,
        bytes32 logRoot
    );
    /// @notice `account` was paid `amount`, which brought its claims to `cumulative`.
    event Claimed(address indexed account, uint256 cumulative, uint256 amount);

    /// @notice There must be 1 to 32 auditors, each an address of its own, and a threshold they can meet.
    error BadAuditors();
    /// @notice The log must have a key.
    error NoLog();
    /// @notice Neither delay may be longer than `DELAY_MAX_SECONDS`.
    error DelayTooLong(uint64 seconds_);
    /// @notice Fewer auditors have signed than must.
    error TooFewSignatures(uint256 threshold, uint256 given);
    /// @notice Only an auditor may sign or veto.
    error NotAuditor(address account);
    /// @notice Signatures come in the order of their signers' addresses, each auditor once.
    error SignersOutOfOrder(address former, address next);
    /// @notice An epoch's number is higher than that of every epoch ever proposed.
    error EpochNotNew(uint64 newest, uint64 actual);
    /// @notice The log only grows.
    error LogBelowFormer(uint64 former, uint64 actual);
    /// @notice What was earned stays earned.
    error EarnedBelowFormer(uint256 former, uint256 actual);
    /// @notice Nothing is earned that no requester is charged for.
    error EarnedAboveCharged(uint256 totalCharged, uint256 totalEarned);
    /// @notice The charges and closings are not those that were attested.
    error WrongCharges(bytes32 expected, bytes32 actual);
    /// @notice No such proposal waits: it was never made, or was vetoed, replaced or activated.
    error NotProposed(uint64 epoch);
    /// @notice Its auditors can still veto it.
    error NotYetActive(uint64 epoch, uint64 activatesAt);
    /// @notice The charges brought in another sum than was attested.
    error ChargedOtherwise(uint256 attested, uint256 actual);
    /// @notice The current root has no such leaf at the end of this proof.
    error InvalidProof(address account, uint256 cumulative);
    /// @notice The account has already been paid this much.
    error NothingToClaim(address account, uint256 claimed);
    /// @notice The root promises more than was earned in all; what was earned has been paid out.
    error ClaimAboveEarned(uint256 totalEarned, uint256 totalClaimed);

    /// @notice Proposes an epoch; where there is no delay, it takes effect in the same call. Anyone may call: the
    /// signatures decide. A proposal that still waits is replaced, and its charges are never made.
    /// @param attestation what the auditors signed; its epoch is higher than any before, gaps are fine
    /// @param charges what each job has paid in all; repeated values move nothing
    /// @param closedJobs jobs whose unspent budget goes back when the epoch takes effect
    /// @param signatures 65 bytes each, in the order of their signers' addresses
    function proposeEpoch(
        EpochAttestation calldata attestation,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs,
        bytes[] calldata signatures
    ) external;

    /// @notice Charges jobs, sets the root, then closes jobs: all of it or nothing. Anyone may call, with what was
    /// proposed, once its delay is over.
    /// @dev What is charged but not earned stays here, for later epochs to give to a leaf.
    /// A charge fails the epoch if its job has ended meanwhile, so charge well before a job's refund time.
    function activateEpoch(
        EpochAttestation calldata attestation,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs
    ) external;

    /// @notice Stops a proposal that has not taken effect. Only an auditor may call; one is enough.
    function veto(uint64 epoch) external;

    /// @notice Pays an account what it has earned and not yet claimed. Anyone may call; only the account of
    /// the leaf is paid, so a claim can be relayed but not redirected.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof)
        external
        returns (uint256 amount);

    /// @notice `claim` for many. An account with nothing left to claim is passed over, so that somebody who
    /// claims first cannot fail the batch; any other fault fails it all.
    function claimMany(Claim[] calldata claims) external returns (uint256 amount);

    /// @notice The epoch in effect; zero before the first.
    function epoch() external view returns (uint64);

    /// @notice The highest epoch ever proposed.
    function proposedEpoch() external view returns (uint64);

    /// @notice When the waiting proposal may take effect, in Unix seconds.
    function activatesAt() external view returns (uint64);

    /// @notice How many entries of the log the epoch in effect rests on.
    function logSize() external view returns (uint64);

    /// @notice EIP-712 digest of the waiting proposal; zero where none waits.
    function proposal() external view returns (bytes32);

    /// @notice The root claims are proven against.
    function root() external view returns (bytes32);

    /// @notice All that accounts have earned, by the auditors' word.
    function totalEarned() external view returns (uint256);

    /// @notice All that has arrived from the escrow.
    function totalCharged() external view returns (uint256);

    /// @notice All that has been paid out.
    function totalClaimed() external view returns (uint256);

    /// @notice All that an account has been paid.
    function claimed(address account) external view returns (uint256);

    /// @notice Whether an address is one of the auditors.
    function isAuditor(address account) external view returns (bool);

    /// @notice All auditors.
    function auditors() external view returns (address[] memory);

    /// @notice How many auditors must sign an epoch.
    function threshold() external view returns (uint256);

    /// @notice Seconds from a proposal to its effect.
    function activationDelay() external view returns (uint64);

    /// @notice Whose signature the log's heads and receipts carry.
    function log() external view returns (address);

    /// @notice What auditors sign: the EIP-712 digest of an attestation.
    function attestationDigest(EpochAttestation calldata attestation) external view returns (bytes32);

    /// @notice What the log signs: the EIP-712 digest of a head.
    function logHeadDigest(LogHead calldata head) external view returns (bytes32);

    /// @notice What the log signs: the EIP-712 digest of a receipt.
    function logReceiptDigest(LogReceipt calldata receipt) external view returns (bytes32);

    /// @notice Where jobs are funded; created by this contract and charged by nobody else.
    function escrow() external view returns (IJobEscrow);

    /// @notice Where the auditors and the log put up bonds; created by this contract.
    function bonds() external view returns (IBonds);

    /// @notice The token of budgets and pay.
    function token() external view returns (IERC20);

    /// @notice The longest delay. It catches a time given in milliseconds.
    function DELAY_MAX_SECONDS() external view returns (uint64);
}
