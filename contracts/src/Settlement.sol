// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Bonds} from "./Bonds.sol";
import {JobEscrow} from "./JobEscrow.sol";
import {StatementHash} from "./StatementHash.sol";
import {IBonds} from "./interfaces/IBonds.sol";
import {IJobEscrow} from "./interfaces/IJobEscrow.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {EpochAttestation, LogHead, LogReceipt} from "./interfaces/Statements.sol";

/// @dev An activation measures its balance around the charges. A claim paid in between would falsify the
/// measure, hence the lock on everything that moves the balance.
contract Settlement is ISettlement, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using StatementHash for EpochAttestation;
    using StatementHash for LogHead;
    using StatementHash for LogReceipt;

    uint64 public constant DELAY_MAX_SECONDS = 366 days;
    uint256 private constant AUDITORS_MAX = 32;

    IERC20 public immutable token;
    IJobEscrow public immutable escrow;
    IBonds public immutable bonds;
    address public immutable log;
    uint256 public immutable threshold;
    uint64 public immutable activationDelay;

    mapping(address account => bool) public isAuditor;
    address[] private _auditors;

    // One storage slot: an epoch without a delay changes all four at the price of one.
    uint64 public epoch;
    uint64 public proposedEpoch;
    uint64 public activatesAt;
    uint64 public logSize;

    bytes32 public proposal;
    bytes32 public root;
    uint256 public totalEarned;
    uint256 public totalCharged;
    uint256 public totalClaimed;
    mapping(address account => uint256) public claimed;

    constructor(IERC20 token_, Setup memory setup) EIP712("MASK", "1") {
        require(setup.log != address(0), NoLog());
        _requireDelay(setup.activationDelay);
        _requireDelay(setup.unbondingDelay);
        _appoint(setup.auditors, setup.threshold);
        token = token_;
        threshold = setup.threshold;
        activationDelay = setup.activationDelay;
        log = setup.log;
        escrow = new JobEscrow(token_);
        bonds = new Bonds(token_, setup.unbondingDelay);
    }

    function proposeEpoch(
        EpochAttestation calldata attestation,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs,
        bytes[] calldata signatures
    ) external nonReentrant {
        bytes32 digest = _digestOf(attestation);
        _requireSound(attestation);
        _requireCharges(attestation, charges, closedJobs);
        _requireSignatures(digest, signatures);

        proposedEpoch = attestation.epoch;
        activatesAt = uint64(block.timestamp) + activationDelay;
        emit EpochProposed(attestation.epoch, digest, activatesAt);
        if (activationDelay > 0) proposal = digest;
        else _activate(attestation, charges, closedJobs);
    }

    function activateEpoch(
        EpochAttestation calldata attestation,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs
    ) external nonReentrant {
        require(proposal == _digestOf(attestation), NotProposed(attestation.epoch));
        require(block.timestamp >= activatesAt, NotYetActive(attestation.epoch, activatesAt));
        _requireCharges(attestation, charges, closedJobs);
        proposal = 0;
        _activate(attestation, charges, closedJobs);
    }

    function veto(uint64 vetoed) external {
        require(isAuditor[msg.sender], NotAuditor(msg.sender));
        require(proposal != 0 && vetoed == proposedEpoch, NotProposed(vetoed));
        proposal = 0;
        emit EpochVetoed(vetoed, msg.sender);
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

    function auditors() external view returns (address[] memory) {
        return _auditors;
    }

    function attestationDigest(EpochAttestation calldata attestation) external view returns (bytes32) {
        return _digestOf(attestation);
    }

    function logHeadDigest(LogHead calldata head) external view returns (bytes32) {
        return _hashTypedDataV4(head.hash());
    }

    function logReceiptDigest(LogReceipt calldata receipt) external view returns (bytes32) {
        return _hashTypedDataV4(receipt.hash());
    }

    function _activate(
        EpochAttestation calldata attestation,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs
    ) private {
        uint256 newTotalCharged = totalCharged + _collect(charges);
        require(
            newTotalCharged == attestation.totalCharged,
            ChargedOtherwise(attestation.totalCharged, newTotalCharged)
        );
        epoch = attestation.epoch;
        logSize = attestation.logSize;
        root = attestation.payRoot;
        totalEarned = attestation.totalEarned;
        totalCharged = newTotalCharged;
        emit EpochActivated(
            attestation.epoch,
            attestation.payRoot,
            attestation.totalEarned,
            newTotalCharged,
            attestation.logSize,
            attestation.logRoot
        );
        for (uint256 i = 0; i < closedJobs.length; i++) {
            escrow.close(closedJobs[i]);
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

    function _appoint(address[] memory chosen, uint256 needed) private {
        require(chosen.length <= AUDITORS_MAX && needed > 0 && needed <= chosen.length, BadAuditors());
        for (uint256 i = 0; i < chosen.length; i++) {
            require(chosen[i] != address(0) && !isAuditor[chosen[i]], BadAuditors());
            isAuditor[chosen[i]] = true;
        }
        _auditors = chosen;
    }

    function _requireSound(EpochAttestation calldata next) private view {
        require(next.epoch > proposedEpoch, EpochNotNew(proposedEpoch, next.epoch));
        require(next.logSize >= logSize, LogBelowFormer(logSize, next.logSize));
        require(next.totalEarned >= totalEarned, EarnedBelowFormer(totalEarned, next.totalEarned));
        require(
            next.totalEarned <= next.totalCharged, EarnedAboveCharged(next.totalCharged, next.totalEarned)
        );
    }

    function _requireSignatures(bytes32 digest, bytes[] calldata signatures) private view {
        require(signatures.length >= threshold, TooFewSignatures(threshold, signatures.length));
        address former = address(0);
        for (uint256 i = 0; i < signatures.length; i++) {
            address auditor = ECDSA.recoverCalldata(digest, signatures[i]);
            require(isAuditor[auditor], NotAuditor(auditor));
            require(auditor > former, SignersOutOfOrder(former, auditor));
            former = auditor;
        }
    }

    function _digestOf(EpochAttestation calldata attestation) private view returns (bytes32) {
        return _hashTypedDataV4(attestation.hash());
    }

    function _requireCharges(
        EpochAttestation calldata attestation,
        Charge[] calldata charges,
        bytes32[] calldata closedJobs
    ) private pure {
        bytes32 actual = keccak256(abi.encode(charges, closedJobs));
        require(actual == attestation.chargesHash, WrongCharges(attestation.chargesHash, actual));
    }

    function _requireDelay(uint64 delay) private pure {
        require(delay <= DELAY_MAX_SECONDS, DelayTooLong(delay));
    }
}
