import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '#protocol/bytes.ts'
import { toJson } from '#protocol/frames.ts'
import { requirableFeatures, requirableLimits } from '#protocol/device-needs.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import {
  parseFromCoordinator,
  parseFromProvider,
  type FromCoordinator,
  type FromProvider,
  type Task,
} from '#protocol/messages.ts'
import { causes, type Offer } from '#protocol/offer.ts'
import { refusalReasons } from '#protocol/refusal.ts'
import { refusalOf } from './refusal-of.ts'

const hexOf = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex)
const assignment = fc.stringMatching(/^[0-9a-f]{8}\/\d{1,7}\/\d{1,7}$/)
const wei = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
const milliseconds = fc.nat()

const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const lists = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 4 })
const choices = <Value>(value: fc.Arbitrary<Value>) =>
  fc.record({ only: lists(value), never: lists(value) }, { requiredKeys: ['never'] })
const offer: fc.Arbitrary<Offer> = fc.record(
  {
    features: lists(fc.constantFrom(...requirableFeatures)),
    limits: fc.dictionary(fc.constantFrom(...requirableLimits), amount, { noNullPrototype: true }),
    memoryMiB: fc.integer({ min: 1, max: 1_048_576 }),
    speed: fc.record({ gflops: amount, gops: amount, copyGBps: amount, launchMs: amount }),
    numericClass: hexOf(32),
    causes: choices(fc.constantFrom(...causes)),
    requesters: choices(hexOf(20)),
    minimumWeiPerHour: wei,
    dataBytesMax: amount,
    pools: lists(fc.string({ minLength: 1, maxLength: 100 })),
  },
  {
    requiredKeys: [
      'features',
      'limits',
      'memoryMiB',
      'speed',
      'numericClass',
      'causes',
      'requesters',
      'minimumWeiPerHour',
      'pools',
    ],
  },
)
const spot = fc.tuple(fc.nat(limits.unitsPerJobMax - 1), fc.nat(63))
const task: fc.Arbitrary<Task> = fc.oneof(
  fc.record({
    kind: fc.constant('spots'),
    spots: fc.array(spot, { minLength: 1, maxLength: limits.spotsPerBundleMax }),
  }),
  fc.record({ kind: fc.constant('check') }),
)

const fromProvider: fc.Arbitrary<FromProvider> = fc.oneof(
  fc.record({
    type: fc.constant('greet'),
    version: fc.nat(9),
    provider: hexOf(20),
    capacity: fc.integer({ min: 1, max: limits.capacityMax }),
    offer,
    signature: hexOf(65),
  }),
  fc.record({ type: fc.constantFrom('heartbeat', 'leave') }),
  fc.record({ type: fc.constant('offer'), offer }),
  fc.record({ type: fc.constant('renew'), assignment }),
  fc.record({ type: fc.constant('commit'), assignment, commitment: hexOf(32), signature: hexOf(65) }),
  fc.record({ type: fc.constant('reveal'), assignment, nonce: hexOf(32) }),
  fc.record({
    type: fc.constant('handBack'),
    assignment,
    reason: fc.constantFrom('stopping', 'deviceLost', 'dataUnavailable', 'kernelFailed'),
  }),
)

const fromCoordinator: fc.Arbitrary<FromCoordinator> = fc.oneof(
  fc.record({ type: fc.constant('challenge'), challenge: hexOf(32), chainId: fc.nat(), version: fc.nat(9) }),
  fc.record({ type: fc.constant('welcome'), heartbeatMs: milliseconds }),
  fc.record(
    {
      type: fc.constant('assign'),
      assignment,
      job: hexOf(32),
      spec: fc.stringMatching(/^b[a-z2-7]{58}$/),
      requester: hexOf(20),
      unit: fc.nat(limits.unitsPerJobMax - 1),
      task,
      payWei: wei,
      leaseMs: milliseconds,
    },
    { requiredKeys: ['type', 'assignment', 'job', 'spec', 'requester', 'unit', 'payWei', 'leaseMs'] },
  ),
  fc.record({ type: fc.constant('renewed'), assignment, leaseMs: milliseconds }),
  fc.record({ type: fc.constant('receipt'), assignment, commitment: hexOf(32) }),
  fc.record(
    {
      type: fc.constant('verdict'),
      assignment,
      outcome: fc.constantFrom('accepted', 'provisional', 'refused', 'cancelled'),
      reason: fc.constantFrom(...refusalReasons),
    },
    { requiredKeys: ['type', 'assignment', 'outcome'] },
  ),
  fc.record({
    type: fc.constant('account'),
    accepted: fc.nat(),
    pendingWei: wei,
    earnedWei: wei,
    claimableWei: wei,
    claimedWei: wei,
  }),
  fc.record(
    {
      type: fc.constant('refuse'),
      reason: fc.constantFrom(...refusalReasons),
      message: fc.string(),
      assignment,
    },
    { requiredKeys: ['type', 'reason', 'message'] },
  ),
)

const onTheWire = (message: unknown): unknown => JSON.parse(toJson(message))

describe('messages', () => {
  test('[P8] whatever a provider may say comes through', () => {
    fc.assert(
      fc.property(fromProvider, (message) => {
        expect(parseFromProvider(onTheWire(message))).toEqual(message)
      }),
    )
  })

  test('[P8] [M8] whatever the coordinator says comes through, its sums exact', () => {
    fc.assert(
      fc.property(fromCoordinator, (message) => {
        expect(parseFromCoordinator(onTheWire(message))).toEqual(message)
      }),
    )
  })

  test('[P8] one unknown field and a message is refused', () => {
    fc.assert(
      fc.property(fromProvider, fromCoordinator, (said, answered) => {
        const extra = { extra: 1 }
        expect(refusalOf(() => parseFromProvider({ ...(onTheWire(said) as object), ...extra })).reason).toBe(
          'malformed',
        )
        expect(
          refusalOf(() => parseFromCoordinator({ ...(onTheWire(answered) as object), ...extra })).reason,
        ).toBe('malformed')
      }),
    )
  })

  test('[P8] nobody may speak the other’s lines', () => {
    fc.assert(
      fc.property(fromProvider, fromCoordinator, (said, answered) => {
        expect(refusalOf(() => parseFromCoordinator(onTheWire(said))).reason).toBe('malformed')
        expect(refusalOf(() => parseFromProvider(onTheWire(answered))).reason).toBe('malformed')
      }),
    )
  })

  const greet = {
    type: 'greet',
    version: protocolVersion,
    provider: `0x${'ab'.repeat(20)}`,
    capacity: 1,
    signature: `0x${'01'.repeat(65)}`,
  }
  const commit = {
    type: 'commit',
    assignment: 'abcdef01/0/0',
    commitment: `0x${'01'.repeat(32)}`,
    signature: `0x${'01'.repeat(65)}`,
  }
  test.each<[fault: string, message: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [greet]],
    ['an unknown type', { type: 'mint' }],
    ['no type', { ...greet, type: undefined }],
    ['an inherited type', { type: 'toString' }],
    ['an address in capitals', { ...greet, provider: `0x${'AB'.repeat(20)}` }],
    ['an address too short', { ...greet, provider: `0x${'ab'.repeat(19)}` }],
    ['a signature too short', { ...greet, signature: `0x${'01'.repeat(64)}` }],
    ['a digest too long', { ...commit, commitment: `0x${'01'.repeat(33)}` }],
    ['a digest without 0x', { ...commit, commitment: '01'.repeat(33) }],
    ['a digest with a line break', { ...commit, commitment: `0x${'01'.repeat(32)}\n` }],
    ['an assignment that is none', { ...commit, assignment: '../0/0' }],
    ['no capacity', { ...greet, capacity: 0 }],
    ['half a capacity', { ...greet, capacity: 1.5 }],
    ['too much capacity', { ...greet, capacity: limits.capacityMax + 1 }],
    ['a capacity as text', { ...greet, capacity: '1' }],
    ['a reason of its own', { type: 'handBack', assignment: 'abcdef01/0/0', reason: 'bored' }],
  ])('[P8] %s is refused', (_fault, message) => {
    expect(refusalOf(() => parseFromProvider(message)).reason).toBe('malformed')
  })

  test.each(['-1', '1.5', '1e3', '0x1', '', '9'.repeat(79), 5])('[M8] %j is no sum', (pendingWei) => {
    const account = { type: 'account', accepted: 0, pendingWei, claimableWei: '0', claimedWei: '0' }
    expect(refusalOf(() => parseFromCoordinator(account)).reason).toBe('malformed')
  })

  test('[P8] no JSON crashes the parser', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(refusalOf(() => parseFromProvider(value)).reason).toBe('malformed')
      }),
      { numRuns: 2_000 },
    )
  })
})
