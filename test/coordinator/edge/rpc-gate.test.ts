import { expect, test } from 'vitest'
import { refusalOf } from '#test/protocol/refusal-of.ts'
import { checkRpcRequest } from '#coordinator/edge/chain/rpc-gate.ts'

test.each([
  ...['eth_blockNumber', 'eth_call', 'eth_chainId', 'eth_estimateGas', 'eth_feeHistory', 'eth_gasPrice'],
  ...['eth_getBalance', 'eth_getBlockByHash', 'eth_getBlockByNumber', 'eth_getCode', 'eth_getLogs'],
  ...['eth_getTransactionByHash', 'eth_getTransactionCount', 'eth_getTransactionReceipt'],
  ...['eth_maxPriorityFeePerGas', 'eth_sendRawTransaction', 'net_version', 'web3_clientVersion'],
])('[H3] %s passes', (method) => {
  expect(checkRpcRequest({ jsonrpc: '2.0', id: 1, method, params: ['0x1'] })).toEqual({
    method,
    params: ['0x1'],
  })
  expect(checkRpcRequest({ method })).toEqual({ method, params: [] })
})

test.each([
  ...['anvil_setBalance', 'anvil_impersonateAccount', 'anvil_dumpState', 'anvil_loadState', 'anvil_mine'],
  ...[
    'evm_mine',
    'evm_increaseTime',
    'evm_revert',
    'hardhat_setBalance',
    'hardhat_setCode',
    'debug_traceCall',
  ],
  ...['personal_sign', 'personal_unlockAccount', 'eth_sendTransaction', 'eth_sign', 'eth_signTypedData_v4'],
  ...[
    'eth_signTransaction',
    'eth_accounts',
    'eth_subscribe',
    'admin_addPeer',
    'txpool_content',
    'miner_start',
  ],
  ...['', 'ETH_CALL', ' eth_call', 'eth_call ', 'eth_call\n', 'toString', '__proto__'],
])('[H3] %j is refused, with what is open instead', (method) => {
  const refusal = refusalOf(() => checkRpcRequest({ jsonrpc: '2.0', id: 1, method, params: [] }))
  expect(refusal.reason).toBe('unauthorised')
  expect(refusal.next).toContain('eth_call')
})

test.each([
  null,
  [],
  [{ method: 'eth_call' }],
  { method: ['eth_call'] },
  { method: 'eth_call', params: {} },
  'eth_call',
])('[H3] %j is no request', (request) => {
  expect(refusalOf(() => checkRpcRequest(request)).reason).toBe('unauthorised')
})
