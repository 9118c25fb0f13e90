// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {LogProof} from "./LogProof.sol";
import {IBonds} from "./interfaces/IBonds.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {EpochAttestation, LogHead, LogReceipt} from "./interfaces/Statements.sol";

/// @dev Like the escrow, it settles its own books before it calls the token, and asks nothing of the token after.
contract Bonds is IBonds {
    using SafeERC20 for IERC20;

    address public constant GRAVE = 0x000000000000000000000000000000000000dEaD;

    IERC20 public immutable token;
    ISettlement public immutable settlement;
    uint64 public immutable unbondingDelay;

    mapping(address owner => Bond) private _bonds;

    /// @dev The creator becomes the settlement, for good.
    constructor(IERC20 token_, uint64 unbondingDelay_) {
        token = token_;
        settlement = ISettlement(msg.sender);
        unbondingDelay = unbondingDelay_;
    }

    function deposit(uint256 amount) external {
        require(amount > 0, NothingDeposited());
        Bond storage bond = _bonds[msg.sender];
        bond.amount += amount;
        bond.withdrawableAt = 0;
        emit Deposited(msg.sender, amount, bond.amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    function unbond() external {
        Bond storage bond = _bonds[msg.sender];
        require(bond.amount > 0, NoBond(msg.sender));
        bond.withdrawableAt = uint64(block.timestamp) + unbondingDelay;
        emit Leaving(msg.sender, bond.withdrawableAt);
    }

    function withdraw() external {
        Bond memory bond = _bonds[msg.sender];
        require(
            bond.withdrawableAt > 0 && block.timestamp >= bond.withdrawableAt,
            NotYetWithdrawable(msg.sender, bond.withdrawableAt)
        );
        delete _bonds[msg.sender];
        emit Withdrawn(msg.sender, bond.amount);
        token.safeTransfer(msg.sender, bond.amount);
    }

    function slashForTwoHeads(
        LogHead calldata first,
        bytes calldata firstSignature,
        LogHead calldata second,
        bytes calldata secondSignature
    ) external {
        require(first.size == second.size && first.root != second.root, NoConflict());
        address log = settlement.log();
        _requireSigner(log, settlement.logHeadDigest(first), firstSignature);
        _requireSigner(log, settlement.logHeadDigest(second), secondSignature);
        _slash(log, Offence.TwoHeads);
    }

    function slashForTwoAttestations(
        EpochAttestation calldata first,
        bytes calldata firstSignature,
        EpochAttestation calldata second,
        bytes calldata secondSignature
    ) external {
        bytes32 firstDigest = settlement.attestationDigest(first);
        bytes32 secondDigest = settlement.attestationDigest(second);
        require(first.epoch == second.epoch && firstDigest != secondDigest, NoConflict());
        address auditor = ECDSA.recoverCalldata(firstDigest, firstSignature);
        require(settlement.isAuditor(auditor), NotAuditor(auditor));
        _requireSigner(auditor, secondDigest, secondSignature);
        _slash(auditor, Offence.TwoAttestations);
    }

    function slashForBrokenReceipt(
        LogReceipt calldata receipt,
        bytes calldata receiptSignature,
        LogHead calldata head,
        bytes calldata headSignature,
        bytes calldata entry,
        bytes32[] calldata proof
    ) external {
        _requireOtherEntry(receipt, head, entry, proof);
        _requireSigner(settlement.log(), settlement.logReceiptDigest(receipt), receiptSignature);
        _requireSigner(settlement.log(), settlement.logHeadDigest(head), headSignature);
        _slash(settlement.log(), Offence.BrokenReceipt);
    }

    function bonds(address owner) external view returns (Bond memory) {
        return _bonds[owner];
    }

    function _requireSigner(address expected, bytes32 digest, bytes calldata signature) private pure {
        address actual = ECDSA.recoverCalldata(digest, signature);
        require(actual == expected, WrongSigner(expected, actual));
    }

    function _requireOtherEntry(
        LogReceipt calldata receipt,
        LogHead calldata head,
        bytes calldata entry,
        bytes32[] calldata proof
    ) private pure {
        bytes32 leaf = LogProof.leafOf(entry);
        require(leaf != receipt.leafHash, NoConflict());
        bytes32 proven = LogProof.rootOf(leaf, receipt.index, head.size, proof);
        require(proven == head.root, NotInLog(head.root, proven));
    }

    function _slash(address culprit, Offence offence) private {
        uint256 amount = _bonds[culprit].amount;
        require(amount > 0, NoBond(culprit));
        delete _bonds[culprit];
        uint256 reward = amount / 2;
        emit Slashed(culprit, msg.sender, offence, reward, amount - reward);
        token.safeTransfer(msg.sender, reward);
        token.safeTransfer(GRAVE, amount - reward);
    }
}
