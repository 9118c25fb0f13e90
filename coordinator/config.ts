import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { addressSchema, type ProviderId } from '#protocol/ids.ts'
import { parseVerifierKey } from '#protocol/log/note.ts'
import { Refusal } from '#protocol/refusal.ts'
import { defaultDurations, type Durations } from './core/durations.ts'
import { defaultPolicy, type Policy } from './core/trust/policy.ts'
import { Failure } from './edge/failure.ts'
import type { WitnessPlace } from './edge/log/witnesses.ts'

/** How a coordinator is set up; parsed once, before anything is opened. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Everything the coordinator keeps lies in this directory. */
  readonly dataDirectory: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Names under which browsers may reach us besides the loopback ones, e.g. `mask.example.org`. */
  readonly publicHosts: readonly string[]
  /** What becomes of jobs whose kernel this machine cannot prove, for lack of a software adapter or of a feature. */
  readonly unprovable: 'admit' | 'refuse'
  readonly durations: Durations
  readonly policy: Policy
  /** Providers whose word settles disputes, besides the reference worker. */
  readonly anchors: readonly ProviderId[]
  /** Whether this machine's processor computes what disputes and audits ask of an anchor. */
  readonly referenceWorker: boolean
  /** Who cosigns the public log's heads. */
  readonly witnesses: readonly WitnessPlace[]
  /** How many blocks, its own included, must stand on what the chain is to have done. */
  readonly confirmations: number
  /** Whether claims are sent for those who are paid, or left to them. */
  readonly pushesClaims: boolean
  /** The relay over which phones' wallets are reached; without it there are injected wallets only. */
  readonly walletConnect: { readonly projectId: string; readonly relayUrl: string } | undefined
}

const whole = (low: number, high: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(low, `must be at least ${low}`),
    v.maxValue(high, `must be at most ${high}`),
  )

const share = v.pipe(
  v.string(),
  v.regex(/^(0|1|0?\.\d{1,9}|1\.0{1,9})$/, 'must be a number from 0 to 1'),
  v.transform(Number),
)

/** A verifier key, and where its witness is. */
const witness = v.pipe(
  v.string(),
  v.regex(/^[^ ]+ https?:\/\/[^ ]+$/, 'must be a verifier key, a space, and an address'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const [key = '', url = ''] = dataset.value.split(' ')
    try {
      return { key: parseVerifierKey(key), url }
    } catch (error) {
      addIssue({ message: error instanceof Refusal ? error.message : 'must begin with a verifier key' })
      return NEVER
    }
  }),
)

const settingsSchema = v.object({
  host: v.pipe(v.string(), v.minLength(1)),
  port: whole(0, 65_535),
  data: v.pipe(v.string(), v.minLength(1)),
  'log-level': v.picklist(['debug', 'info', 'warn', 'error', 'silent']),
  'public-host': v.array(v.pipe(v.string(), v.regex(/^[a-z0-9.-]{1,253}$/, 'must be a host name'))),
  'epoch-seconds': whole(1, 86_400),
  'lease-seconds': whole(1, 86_400),
  unprovable: v.picklist(['admit', 'refuse']),
  'tail-idle-seconds': whole(1, 86_400),
  'audit-rate': share,
  anchor: v.array(v.pipe(v.string(), v.toLowerCase(), addressSchema)),
  'reference-worker': v.picklist(['on', 'off']),
  witness: v.array(witness),
  confirmations: whole(1, 1_000),
  'push-claims': v.picklist(['on', 'off']),
  'relink-seconds': whole(0, 31_536_000),
  'walletconnect-project': v.pipe(v.string(), v.regex(/^[0-9a-zA-Z-]{0,64}$/, 'must be a project id')),
  'walletconnect-relay': v.pipe(
    v.string(),
    v.regex(/^wss?:\/\/[^/\s]+\/?$/, 'must be ws:// or wss:// and a host'),
  ),
})

const publicRelay = 'wss://relay.walletconnect.org'

export const usage = `Usage: npm start -- [options]

  --host <address>         address to listen on (127.0.0.1; env MASK_HOST)
  --port <number>          port to listen on, 0 for a free one (8787; env MASK_PORT)
  --data <directory>       where everything is kept (.mask; env MASK_DATA)
  --public-host <name>     a name browsers may use for this server; may be repeated
  --epoch-seconds <n>      how often earnings are settled on the chain (10)
  --lease-seconds <n>      how long a tab may compute a unit (120)
  --unprovable <what>      admit or refuse kernels that this machine cannot try out (admit: a development network)
  --audit-rate <share>     chance that a proven provider's unit is computed twice, where parts of it are re-run too (${defaultPolicy.auditRate});
                           in other jobs it rises in proportion to their default
  --tail-idle-seconds <n>  pending units that have waited so long without another check are checked for their own sake (20)
  --anchor <address>       a provider whose word settles disputes; may be repeated
  --reference-worker <how> on or off: this machine's processor is an anchor, too (off)
  --witness '<key> <url>'  who cosigns the public log (its verifier key and address); may be repeated
  --confirmations <n>      blocks that must stand on what the chain is to have done, its own included (1)
  --push-claims <how>      on: the coordinator sends claims, so that nobody needs gas; off: those who are paid send them (on)
  --relink-seconds <n>     how long a change of the linked wallet waits (${defaultDurations.relinkMs / 1_000})
  --walletconnect-project <id>  offers WalletConnect with this project id of the relay's operator; without it, injected wallets only
  --walletconnect-relay <url>   the relay for it (${publicRelay})
  --log-level <level>      debug, info, warn, error or silent (warn; env MASK_LOG)
  --help                   this text
`

/**
 * Reads flags and environment.
 *
 * @throws {Failure} with exit code 2, naming the setting and what it must be.
 */
export function readConfig(
  flags: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Config | 'help' {
  const values = parseFlags(flags)
  if (values.help) return 'help'
  const settings = v.safeParse(settingsSchema, {
    host: values.host ?? environment['MASK_HOST'] ?? '127.0.0.1',
    port: values.port ?? environment['MASK_PORT'] ?? '8787',
    data: values.data ?? environment['MASK_DATA'] ?? '.mask',
    'log-level': values['log-level'] ?? environment['MASK_LOG'] ?? 'warn',
    'public-host': values['public-host'] ?? [],
    'epoch-seconds': values['epoch-seconds'] ?? `${defaultDurations.epochMs / 1_000}`,
    'lease-seconds': values['lease-seconds'] ?? `${defaultDurations.leaseMs / 1_000}`,
    unprovable: values.unprovable ?? 'admit',
    'tail-idle-seconds': values['tail-idle-seconds'] ?? `${defaultDurations.tailIdleMs / 1_000}`,
    'audit-rate': values['audit-rate'] ?? `${defaultPolicy.auditRate}`,
    anchor: values.anchor ?? [],
    'reference-worker': values['reference-worker'] ?? 'off',
    witness: values.witness ?? [],
    confirmations: values.confirmations ?? '1',
    'push-claims': values['push-claims'] ?? 'on',
    'relink-seconds': values['relink-seconds'] ?? `${defaultDurations.relinkMs / 1_000}`,
    'walletconnect-project': values['walletconnect-project'] ?? '',
    'walletconnect-relay': values['walletconnect-relay'] ?? publicRelay,
  })
  if (!settings.success) {
    const issue = settings.issues[0]
    throw new Failure(`--${v.getDotPath(issue) ?? ''}: ${issue.message}.`, {
      next: 'Correct it; --help lists the options.',
      exitCode: 2,
    })
  }
  const { host, port, data, ...rest } = settings.output
  return {
    host,
    port,
    dataDirectory: resolve(data),
    logLevel: rest['log-level'],
    publicHosts: rest['public-host'],
    unprovable: rest.unprovable,
    durations: {
      ...defaultDurations,
      epochMs: rest['epoch-seconds'] * 1_000,
      leaseMs: rest['lease-seconds'] * 1_000,
      tailIdleMs: rest['tail-idle-seconds'] * 1_000,
      relinkMs: rest['relink-seconds'] * 1_000,
    },
    policy: policyOf(rest['audit-rate']),
    anchors: rest.anchor,
    referenceWorker: rest['reference-worker'] === 'on',
    witnesses: rest.witness,
    confirmations: rest.confirmations,
    pushesClaims: rest['push-claims'] === 'on',
    walletConnect:
      rest['walletconnect-project'] === ''
        ? undefined
        : { projectId: rest['walletconnect-project'], relayUrl: rest['walletconnect-relay'] },
  }
}

/** Where no parts of units are re-run, audits are more frequent in the usual proportion. */
function policyOf(auditRate: number): Policy {
  const { auditRate: usual, auditRateUnspotted } = defaultPolicy
  return {
    ...defaultPolicy,
    auditRate,
    auditRateUnspotted: Math.min(1, (auditRate * auditRateUnspotted) / usual),
  }
}

function parseFlags(flags: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...flags],
      options: {
        host: text,
        port: text,
        data: text,
        'log-level': text,
        'public-host': { type: 'string', multiple: true },
        'epoch-seconds': text,
        'lease-seconds': text,
        unprovable: text,
        'tail-idle-seconds': text,
        'audit-rate': text,
        anchor: { type: 'string', multiple: true },
        'reference-worker': text,
        witness: { type: 'string', multiple: true },
        confirmations: text,
        'push-claims': text,
        'relink-seconds': text,
        'walletconnect-project': text,
        'walletconnect-relay': text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (cause) {
    throw new Failure(cause instanceof Error ? cause.message : 'The options are wrong.', {
      next: '--help lists the options.',
      exitCode: 2,
      cause,
    })
  }
}
