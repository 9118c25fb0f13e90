import { createRequire } from 'node:module'
import {
  encodeDeployData,
  encodeFunctionData,
  getCreate2Address,
  keccak256,
  parseAbi,
  toHex,
  type Hex,
} from 'viem'

/** The smallest accounts that sign as contracts do (ERC-1271), and what deploys them at a known address. */
const source = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;
contract Account {
  address immutable owner;
  constructor(address owner_) { owner = owner_; }
  function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
    if (signature.length != 65) return 0xffffffff;
    bytes32 r = bytes32(signature[0:32]);
    bytes32 s = bytes32(signature[32:64]);
    return ecrecover(hash, uint8(signature[64]), r, s) == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
  }
}
contract Factory {
  function make(address owner, bytes32 salt) external returns (address) {
    return address(new Account{salt: salt}(owner));
  }
}`

export const factoryAbi = parseAbi(['function make(address owner, bytes32 salt) returns (address)'])
const accountAbi = parseAbi(['constructor(address owner)'])

interface Compiler {
  compile(input: string): string
}
interface Compiled {
  readonly contracts: Record<
    string,
    Record<string, { readonly evm: { readonly bytecode: { readonly object: string } } }>
  >
}

/** Bytecode of both contracts. */
export function compileAccounts(): { readonly account: Hex; readonly factory: Hex } {
  const compiler = createRequire(import.meta.url)('solc') as Compiler
  const settings = { evmVersion: 'cancun', outputSelection: { '*': { '*': ['evm.bytecode.object'] } } }
  const input = { language: 'Solidity', sources: { 'a.sol': { content: source } }, settings }
  const { contracts } = JSON.parse(compiler.compile(JSON.stringify(input))) as Compiled
  const codeOf = (name: string): Hex => `0x${contracts['a.sol']?.[name]?.evm.bytecode.object ?? ''}`
  return { account: codeOf('Account'), factory: codeOf('Factory') }
}

/** Where a factory puts the account of an owner, and the call that does it. */
export function plannedAccount(parts: { readonly code: Hex; readonly factory: Hex; readonly owner: Hex }) {
  const salt = keccak256(toHex('test'))
  const initCode = encodeDeployData({ abi: accountAbi, bytecode: parts.code, args: [parts.owner] })
  const address = getCreate2Address({ from: parts.factory, salt, bytecode: initCode })
  const call = encodeFunctionData({ abi: factoryAbi, functionName: 'make', args: [parts.owner, salt] })
  return { address: address.toLowerCase() as Hex, call }
}
