import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { defaultDurations, type Durations } from './core/state.ts'
import { Failure } from './edge/failure.ts'

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
}

const whole = (low: number, high: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(low, `must be at least ${low}`),
    v.maxValue(high, `must be at most ${high}`),
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
})

export const usage = `Usage: npm start -- [options]

  --host <address>         address to listen on (127.0.0.1; env MASK_HOST)
  --port <number>          port to listen on, 0 for a free one (8787; env MASK_PORT)
  --data <directory>       where everything is kept (.mask; env MASK_DATA)
  --public-host <name>     a name browsers may use for this server; may be repeated
  --epoch-seconds <n>      how often earnings are settled on the chain (10)
  --lease-seconds <n>      how long a tab may compute a unit (120)
  --unprovable <what>      admit or refuse kernels that this machine cannot try out (admit: a development network)
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
    },
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
