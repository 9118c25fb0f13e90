// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlement} from "./ISettlement.sol";
import {EpochAttestation, LogHead, LogReceipt} from "./Statements.sol";

/// @title What auditors and the log stand to lose
/// @notice Anyone may put up a bond; only what the log and the auditors sign can cost one. Whoever shows two
/// statements that cannot both be honest takes the whole bond of their signer: half goes to the reporter, half is
/// sent to an address nobody has the key of, so that a culprit who reports itself still loses half.
interface IBonds {
    /// @param amount what can be slashed
    /// @param withdrawableAt Unix time in seconds from which it may be withdrawn; zero while it is not leaving
    struct Bond {
        uint256 amount;
        uint64 withdrawableAt;
    }

    /// @notice Two log heads of one size; two attestations of one epoch; a receipt the log did not keep.
    enum Offence {
        TwoHeads,
        TwoAttestations,
        BrokenReceipt
    }

    /// @notice `owner` has added `amount`; its bond is `bond` now, and not leaving.
    event Deposited(address indexed owner, uint256 amount, uint256 bond);
    /// @notice The bond of `owner` may be withdrawn from `withdrawableAt` on.
    event Leaving(address indexed owner, uint64 withdrawableAt);
    /// @notice `owner` has its bond back.
    event Withdrawn(address indexed owner, uint256 amount);
    /// @notice `culprit` has lost its bond: `reward` to `reporter`, `burnt` to nobody.
    event Slashed(
        address indexed culprit, address indexed reporter, Offence offence, uint256 reward, uint256 burnt
    );

    /// @notice A bond is more than nothing.
    error NothingDeposited();
    /// @notice The address has no bond.
    error NoBond(address owner);
    /// @notice The bond is not leaving, or its delay is not over.
    error NotYetWithdrawable(address owner, uint64 withdrawableAt);
    /// @notice Both statements can be honest.
    error NoConflict();
    /// @notice Somebody else signed.
    error WrongSigner(address expected, address actual);
    /// @notice Only what an auditor attests counts.
    error NotAuditor(address signer);
    /// @notice The head has another root than the entry and its proof lead to.
    error NotInLog(bytes32 root, bytes32 proven);

    /// @notice Adds to the caller's bond. Needs an allowance of `amount`. A bond that is leaving stays again.
    function deposit(uint256 amount) external;

    /// @notice Starts the unbonding delay of the caller's bond, which can be slashed until it is withdrawn.
    function unbond() external;

    /// @notice Gives the caller its bond back, once the unbonding delay is over.
    function withdraw() external;

    /// @notice The log has signed two roots for one size: it shows different histories to different people.
    function slashForTwoHeads(
        LogHead calldata first,
        bytes calldata firstSignature,
        LogHead calldata second,
        bytes calldata secondSignature
    ) external;

    /// @notice An auditor has signed two different attestations of one epoch.
    function slashForTwoAttestations(
        EpochAttestation calldata first,
        bytes calldata firstSignature,
        EpochAttestation calldata second,
        bytes calldata secondSignature
    ) external;

    /// @notice The log has promised an entry at an index, and has another there.
    /// @param entry the entry that a head of the log has at the receipt's index
    /// @param proof RFC 6962 inclusion proof of that entry under the head
    function slashForBrokenReceipt(
        LogReceipt calldata receipt,
        bytes calldata receiptSignature,
        LogHead calldata head,
        bytes calldata headSignature,
        bytes calldata entry,
        bytes32[] calldata proof
    ) external;

    /// @notice A bond by its owner; all zero where there is none.
    function bonds(address owner) external view returns (Bond memory);

    /// @notice Seconds from `unbond` to `withdraw`.
    function unbondingDelay() external view returns (uint64);

    /// @notice Whose auditors and log are held to their word.
    function settlement() external view returns (ISettlement);

    /// @notice The token of the bonds.
    function token() external view returns (IERC20);

    /// @notice Where the burnt half goes. Nobody has its key.
    function GRAVE() external view returns (address);
}
