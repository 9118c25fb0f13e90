import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '#coordinator/config.ts'
import { defaultDurations } from '#coordinator/core/durations.ts'
import { defaultPolicy } from '#coordinator/core/trust/policy.ts'
import { Failure } from '#coordinator/edge/failure.ts'

/** How often a unit without spots is audited for each time one with them is: 0.08 to 0.03. */
const unspotted = defaultPolicy.auditRateUnspotted / defaultPolicy.auditRate

const anchor = `0x${'0a'.repeat(20)}`

function failureOf(flags: readonly string[], environment = {}): Failure {
  try {
    readConfig(flags, environment)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('the settings were accepted')
}

describe('settings', () => {
  test('[H4] without any, everything has its default', () => {
    expect(readConfig([], {})).toEqual({
      host: '127.0.0.1',
      port: 8787,
      dataDirectory: resolve('.mask'),
      logLevel: 'warn',
      publicHosts: [],
      unprovable: 'admit',
      durations: defaultDurations,
      policy: defaultPolicy,
      anchors: [],
      referenceWorker: false,
      pushesClaims: true,
      walletConnect: undefined,
      confirmations: 1,
      witnesses: [],
    })
  })

  test('[H4] flags go before the environment, and that before the defaults', () => {
    const environment = {
      MASK_PORT: '1111',
      MASK_HOST: '0.0.0.0',
      MASK_DATA: '/from/environment',
      MASK_LOG: 'silent',
    }
    const flags = [
      '--port',
      '2222',
      '--public-host',
      'a.example',
      '--public-host',
      'b.example',
      '--epoch-seconds',
      '3',
      '--lease-seconds',
      '9',
      '--tail-idle-seconds',
      '7',
      '--audit-rate',
      '0.25',
      '--reference-worker',
      'on',
      ...['--push-claims', 'off', '--relink-seconds', '60'],
      ...['--walletconnect-project', 'abc', '--walletconnect-relay', 'wss://relay.example'],
      '--anchor',
      anchor,
      '--anchor',
      `0x${'AB'.repeat(20)}`,
    ]
    expect(readConfig(flags, environment)).toMatchObject({
      host: '0.0.0.0',
      port: 2222,
      dataDirectory: '/from/environment',
      logLevel: 'silent',
      publicHosts: ['a.example', 'b.example'],
      durations: { epochMs: 3_000, leaseMs: 9_000, tailIdleMs: 7_000, relinkMs: 60_000 },
      pushesClaims: false,
      walletConnect: { projectId: 'abc', relayUrl: 'wss://relay.example' },
      policy: { auditRate: 0.25, auditRateUnspotted: expect.closeTo(0.25 * unspotted) as unknown },
      anchors: [anchor, `0x${'ab'.repeat(20)}`],
      referenceWorker: true,
    })
  })

  test.each([
    ['0', 0, 0],
    ['.15', 0.15, 0.15 * unspotted],
    ['0.75', 0.75, 1],
    ['1', 1, 1],
    ['1.0', 1, 1],
  ])(
    '[H4] an audit rate of %s is a chance, and that of what has no spots rises with it',
    (rate, spotted, other) => {
      const config = readConfig(['--audit-rate', rate], {})
      expect(config).toMatchObject({
        policy: { auditRate: spotted, auditRateUnspotted: expect.closeTo(other) as unknown },
      })
    },
  )

  test('[H4] help is asked for, even beside a wrong setting', () => {
    expect(readConfig(['--help', '--port', 'x'], {})).toBe('help')
    expect(readConfig(['-h'], {})).toBe('help')
  })

  test.each<[flags: string[], named: string]>([
    [['--walletconnect-relay', 'https://relay.example'], '--walletconnect-relay'],
    [['--push-claims', 'maybe'], '--push-claims'],
    [['--port', '65536'], '--port'],
    [['--port', '-1'], '--port'],
    [['--port=-1'], '--port'],
    [['--port', '80.5'], '--port'],
    [['--port', ''], '--port'],
    [['--port', 'http'], '--port'],
    [['--host', ''], '--host'],
    [['--data', ''], '--data'],
    [['--log-level', 'loud'], '--log-level'],
    [['--public-host', 'https://mask.example'], '--public-host'],
    [['--public-host', 'a.example', '--public-host', 'B!'], '--public-host'],
    [['--epoch-seconds', '0'], '--epoch-seconds'],
    [['--epoch-seconds', '86401'], '--epoch-seconds'],
    [['--unprovable', 'maybe'], '--unprovable'],
    [['--lease-seconds', '1e3'], '--lease-seconds'],
    [['--lease-seconds', '1234567890'], '--lease-seconds'],
    [['--tail-idle-seconds', '0'], '--tail-idle-seconds'],
    [['--audit-rate', '1.1'], '--audit-rate'],
    [['--audit-rate', '-0.1'], '--audit-rate'],
    [['--audit-rate=-0.1'], '--audit-rate'],
    [['--audit-rate', '5%'], '--audit-rate'],
    [['--audit-rate', ''], '--audit-rate'],
    [['--anchor', '0x12'], '--anchor'],
    [['--anchor', anchor, '--anchor', 'me'], '--anchor'],
    [['--reference-worker', 'maybe'], '--reference-worker'],
    [['--speed', '9'], '--speed'],
    [['--port'], '--port'],
    [['start'], 'start'],
  ])('[H4] %j: one sentence that names it, exit code 2', (flags, named) => {
    const failure = failureOf(flags)
    expect(failure.exitCode).toBe(2)
    expect(failure.message).toContain(named)
    expect(failure.next).toContain('--help')
  })

  test('[H4] a wrong setting in the environment is named, too', () => {
    expect(failureOf([], { MASK_PORT: 'x' })).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('port') as unknown,
    })
  })
})
