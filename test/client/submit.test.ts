import { custom, type EIP1193Provider } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '#protocol/bytes.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import { jobIdOf, jobSaltOf } from '#protocol/job-spec.ts'
import { fundJob } from '#client/sdk/fund-job.ts'
import { HttpApi } from '#client/sdk/http-api.ts'
import { packFolder } from '#client/sdk/job-folder.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import { defaultTiming } from '#client/sdk/patience.ts'
import { connectRequester } from '#client/sdk/connect-requester.ts'
import type { SubmitStep } from '#client/sdk/submit-job.ts'
import { aFolder, aSpec, firstPart, secondPart, someFiles, textBytes } from '#test/client/a-job.ts'
import { SmallCoordinator, type SmallCoordinatorOptions } from '#test/client/small-coordinator.ts'
import { deployer, TestChain } from '#test/client/test-chain.ts'

const budgetWei = 3n * 10n ** 18n
const nonce: Hex = `0x${'07'.repeat(32)}`

let chain: TestChain
let coordinator: SmallCoordinator

beforeAll(async () => {
  chain = await TestChain.start()
})
afterAll(() => chain.stop())
afterEach(() => coordinator.stop())

async function start(options: SmallCoordinatorOptions = {}): Promise<MaskClient> {
  coordinator = await SmallCoordinator.start({ chain, ...options })
  return new MaskClient({ baseUrl: coordinator.url, timing: { retryMs: 1, patienceMs: 100 } })
}

function anAccount() {
  return privateKeyToAccount(generatePrivateKey())
}

async function aRichAccount() {
  const account = anAccount()
  await chain.giveGas(account.address)
  await chain.mint(account.address, 10n * budgetWei)
  return account
}

const puts = () => coordinator.requests.filter((request) => request.startsWith('PUT'))
const faucetCalls = () => coordinator.requests.filter((request) => request.includes('faucet'))

describe('[R9] submitting', () => {
  test('stores kernel, inputs and spec by content id, registers, and funds exactly the budget', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const steps: SubmitStep['kind'][] = []
    const job = await mask.submit(aFolder(), { account, nonce, onStep: (step) => steps.push(step.kind) })

    const kernel = textBytes(`${firstPart}\n${secondPart}`)
    const spec = await job.spec()
    expect(spec.kernel).toBe(contentIdOf(kernel))
    expect(coordinator.blobs.get(spec.kernel)).toEqual(kernel)
    expect(spec.inputs['numbers']).toBe(contentIdOf(someFiles().get('numbers.bin') ?? new Uint8Array()))
    expect([...coordinator.blobs.values()]).toContainEqual(someFiles().get('numbers.bin'))
    expect(await chain.fundedWei(job.id)).toBe(budgetWei)
    expect(await job.view()).toMatchObject({ state: 'running', fundedWei: budgetWei })
    expect(steps).toEqual(['packed', 'uploaded', 'uploaded', 'uploaded', 'registered', 'funded'])
  })

  test('job id and salt are those of the protocol, and the refund time is a week away', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const job = await mask.submit(aFolder(), { account, nonce })
    const { specId } = packFolder(aFolder())
    expect(job.id).toBe(jobIdOf(account.address.toLowerCase() as Hex, jobSaltOf(specId, nonce)))
    const { timestamp } = await chain.reader.getBlock()
    expect(await chain.refundableAtSeconds(job.id)).toSatisfy(
      (seconds: bigint) => seconds <= timestamp + 604_800n && seconds > timestamp + 604_700n,
    )
  })

  test('a job whose blobs are stored is submitted by its spec alone', async () => {
    const mask = await start()
    const account = await aRichAccount()
    await mask.submit(aFolder(), { account })
    const before = puts().length
    const job = await mask.submit(aSpec().spec, { account })
    expect(puts().length).toBe(before + 1)
    expect((await job.view()).state).toBe('running')
  })

  test('large blobs are not sent again', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const files = new Map([...someFiles(), ['numbers.bin', new Uint8Array(100_000)]])
    const sent: boolean[] = []
    const onStep = (step: SubmitStep) => step.kind === 'uploaded' && sent.push(step.sentBytes > 0)
    await mask.submit({ ...aFolder(), files }, { account, onStep })
    await mask.submit({ ...aFolder(), files }, { account, onStep })
    expect(sent).toEqual([true, true, true, true, false, true])
  })

  test.each([
    ['another id', { id: `0x${'ab'.repeat(32)}` }],
    ['another price', { unitPriceWei: '1' }],
    ['another budget', { budgetWei: '1' }],
  ])('a coordinator that means %s gets nothing', async (_what, change) => {
    const mask = await start()
    const account = await aRichAccount()
    const view = await (await mask.submit(aFolder(), { account, nonce })).view()
    coordinator.faults.push((context) => {
      if (context.req.method !== 'POST' || !context.req.path.endsWith('/jobs')) return undefined
      const answer = JSON.stringify({ ...view, ...change }, (_key, field: unknown) => {
        return typeof field === 'bigint' ? String(field) : field
      })
      return context.body(answer)
    })
    const before = await chain.sentBy(account.address)
    // A second purchase, so that there would be something to pay.
    const again = mask.submit(aFolder(), { account })
    await expect(again).rejects.toMatchObject({ code: 'jobMismatch' })
    expect(await chain.sentBy(account.address)).toBe(before)
  })

  test.each([
    ['manifestInvalid', { cause: 'fun' }, 'cause'],
    ['budgetTooSmall', { price: { perUnitMask: '1', budgetMask: '3.9' } }, 'price.budgetMask'],
    [
      'priceInvalid',
      { price: { perUnitMask: '0.000000000000000001', budgetMask: '3' } },
      'price.perUnitMask',
    ],
    ['fileMissing', { wgsl: ['third.wgsl'] }, 'third.wgsl'],
  ])('a job that is %s is refused before anything is stored', async (code, changes, where) => {
    const mask = await start()
    const refused = mask.submit(aFolder(changes), { account: anAccount() })
    await expect(refused).rejects.toMatchObject({ code, where })
    expect(coordinator.requests).toEqual(['GET /api/v1/network'])
  })
})

describe('[R10] submitting again with the same nonce', () => {
  test('answers the same job and pays nothing', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const first = await mask.submit(aFolder(), { account, nonce })
    const sent = await chain.sentBy(account.address)
    const again = await mask.submit(aFolder(), { account, nonce })
    expect(again.id).toBe(first.id)
    expect(await chain.sentBy(account.address)).toBe(sent)
    expect(await chain.fundedWei(first.id)).toBe(budgetWei)
  })

  test('another nonce buys the job again', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const first = await mask.submit(aFolder(), { account })
    const second = await mask.submit(aFolder(), { account })
    expect(second.id).not.toBe(first.id)
    expect(await chain.balanceOf(account.address)).toBe(8n * budgetWei)
  })

  test('pays only what is missing', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const salt = jobSaltOf(packFolder(aFolder()).specId, nonce)
    const api = new HttpApi(coordinator.url, fetch, defaultTiming)
    const network = await mask.network()
    await fundJob(network, connectRequester(api, network, { account }), salt, budgetWei / 3n)
    const job = await mask.submit(aFolder(), { account, nonce })
    expect(await chain.fundedWei(job.id)).toBe(budgetWei)
  })

  test('continues a submission that broke off before it was funded', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const stop = new AbortController()
    const onStep = ({ kind }: SubmitStep) => {
      if (kind === 'registered') stop.abort(new Error('enough'))
    }
    const broken = mask.submit(aFolder(), { account, nonce, signal: stop.signal, onStep })
    await expect(broken).rejects.toThrow('enough')
    expect(coordinator.jobs.size).toBe(1)
    expect(await chain.balanceOf(account.address)).toBe(10n * budgetWei)
    const job = await mask.submit(aFolder(), { account, nonce })
    expect((await job.view()).state).toBe('running')
  })
})

describe('[R11] too small a balance', () => {
  test('in a development network the faucet is asked once, then the job is paid', async () => {
    const mask = await start({ faucetWei: 2n * budgetWei })
    const account = anAccount()
    await mask.submit(aFolder(), { account })
    expect(faucetCalls()).toHaveLength(1)
    await mask.submit(aFolder(), { account })
    expect(faucetCalls()).toHaveLength(1)
    expect(await chain.balanceOf(account.address)).toBe(0n)
  })

  test('a faucet that gives too little leaves a clear refusal, before anything is stored', async () => {
    const mask = await start({ faucetWei: 10n ** 18n })
    const account = anAccount()
    const refused = mask.submit(aFolder(), { account })
    await expect(refused).rejects.toMatchObject({
      code: 'balanceTooSmall',
      message: 'The account holds 1 MASK; the job needs 3.',
      where: account.address.toLowerCase(),
    })
    expect(puts()).toEqual([])
  })

  test('elsewhere the faucet is not asked', async () => {
    const mask = await start({ development: false })
    const refused = mask.submit(aFolder(), { account: anAccount() })
    await expect(refused).rejects.toMatchObject({ code: 'balanceTooSmall' })
    expect(faucetCalls()).toEqual([])
    expect(puts()).toEqual([])
  })

  test('gas counts too', async () => {
    const mask = await start({ development: false })
    const account = anAccount()
    await chain.mint(account.address, budgetWei)
    const refused = mask.submit(aFolder(), { account })
    await expect(refused).rejects.toMatchObject({
      code: 'balanceTooSmall',
      message: expect.stringContaining('gas') as string,
    })
  })
})

describe('[R12] funding', () => {
  test('is one transaction, signed here: the coordinator sees no key', async () => {
    const mask = await start()
    const account = await aRichAccount()
    await mask.submit(aFolder(), { account })
    expect(await chain.sentBy(account.address)).toBe(1)
    expect(coordinator.refusedRpc).toEqual([])
  })

  test('submissions of one account take turns', async () => {
    const mask = await start()
    const account = await aRichAccount()
    const jobs = await Promise.all([1, 2, 3].map(() => mask.submit(aFolder(), { account })))
    for (const job of jobs) expect(await chain.fundedWei(job.id)).toBe(budgetWei)
    expect(await chain.sentBy(account.address)).toBe(3)
  })

  test('a wallet signs and sends by itself', async () => {
    const mask = await start()
    await chain.mint(deployer.address, budgetWei)
    const methods: string[] = []
    const transport = custom({
      async request({ method, params }: { method: string; params?: unknown }) {
        methods.push(method)
        return chain.test.request({ method, params } as never)
      },
    })({})
    const provider = { request: transport.request } as EIP1193Provider
    const job = await mask.submit(aFolder(), { account: deployer.address, provider })
    expect(await chain.fundedWei(job.id)).toBe(budgetWei)
    expect(methods).toContain('eth_signTypedData_v4')
    expect(methods).toContain('eth_sendTransaction')
  })

  test('a wallet whose owner declines leaves nothing paid, and says so', async () => {
    const mask = await start()
    await chain.mint(deployer.address, budgetWei)
    const request = () =>
      Promise.reject(Object.assign(new Error('User rejected the request.'), { code: 4001 }))
    const declined = mask.submit(aFolder(), {
      account: deployer.address,
      provider: { request } as unknown as EIP1193Provider,
    })
    await expect(declined).rejects.toMatchObject({
      code: 'fundingFailed',
      message: 'Could not fund the job: the wallet declined.',
    })
  })

  test('a chain that does not answer is named', async () => {
    const mask = await start()
    coordinator.faults.push((context) =>
      context.req.path === '/rpc' ? context.text('gone', 502) : undefined,
    )
    const failed = mask.submit(aFolder(), { account: anAccount() })
    await expect(failed).rejects.toMatchObject({ code: 'unreachable', where: 'chain', retryable: true })
  })
})
