import { Command, InvalidArgumentError, Option } from 'commander'
import { jobActions, type JobAction } from '#protocol/api.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import type { MaskError } from '#client/sdk/mask-error.ts'
import { interruption } from '#client/command/interruption.ts'
import {
  auditHelp,
  checkHelp,
  controlHelp,
  exitCodeHelp,
  fetchHelp,
  marketHelp,
  runHelp,
  tryHelp,
} from '#client/command/help.ts'
import { defaultUrl, type LocalSession, type Session } from '#client/command/session.ts'
import type { Terminal } from '#client/command/terminal.ts'

const retryNoteMs = 10_000

interface CommonOptions {
  readonly url: string
  readonly json?: true
  readonly keyFile?: string
}

interface AuditFlags {
  readonly log?: string
  readonly rpc?: string
  readonly logKey?: string
  readonly keyFile?: string
  readonly state?: string
  readonly serve?: true
  readonly serveWitness?: true
  readonly port: number
  readonly json?: true
}

/** The `mask` command line; a command is loaded when it is used. `end` hears the exit code of the command that ran. */
export function buildProgram(
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
  end: (exitCode: number) => void,
): Command {
  const open = ({ url, json, keyFile }: CommonOptions): Session => {
    const mask = new MaskClient({ baseUrl: url, timing: { onRetry: retryNotes(terminal) } })
    return { mask, terminal, url, json: json ?? false, keyFile, env, signal: interruption() }
  }
  const program = new Command('mask')
    .description('Sends GPU jobs to a MASK network and brings the results back.')
    .enablePositionalOptions()
    // Commands made below inherit these two.
    .exitOverride()
    .showHelpAfterError('  next:  add --help to see how it is used.')
    .addHelpText('after', exitCodeHelp)

  program
    .command('dev')
    .description('start a coordinator with a chain of its own on this machine; --help lists its options')
    .argument('[options...]', 'e.g. --port 9000')
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .action(async (flags: string[]) => {
      const { dev } = await import('#client/command/dev.ts')
      end(await dev(flags))
    })

  const openLocal = ({ json }: { json?: true }): LocalSession => {
    return { terminal, json: json ?? false, signal: interruption() }
  }

  program
    .command('check')
    .description('say what is wrong with the job in a folder, or what was inferred and what it will cost')
    .argument('<folder>', folderText)
    .option('--json', 'one JSON object instead of text')
    .addHelpText('after', checkHelp)
    .action(async (folder: string, options: { json?: true }) => {
      const { check } = await import('#client/command/check.ts')
      end(await check(openLocal(options), folder))
    })

  program
    .command('try')
    .description('run some units of the job in a folder on this machine')
    .argument('<folder>', folderText)
    .option('--units <count>', 'how many: the first, the last, others between', parseCount, 3)
    .option('--out <folder>', 'write each result as unit-<n>.bin there, and what they make together')
    .option('--json', 'one JSON object instead of text')
    .addHelpText('after', tryHelp)
    .action(async (folder: string, options: { units: number; out?: string; json?: true }) => {
      const { tryJob } = await import('#client/command/try.ts')
      end(await tryJob(openLocal(options), folder, { units: options.units, out: options.out }))
    })

  withNetwork(withKey(program.command('submit')), env)
    .description('send the job in a folder, pay for it and print its id')
    .argument('<folder>', folderText)
    .addOption(nonceOption())
    .action(async (folder: string, options: CommonOptions & { nonce?: string }) => {
      const { submit } = await import('#client/command/submit.ts')
      end(await submit(open(options), folder, { nonce: options.nonce }))
    })

  withNetwork(program.command('watch'), env)
    .description('show a job until all its units are decided; Ctrl-C leaves it running')
    .argument('<job>', 'the id that submit printed')
    .option('--settled', 'wait until it is paid and refunded too')
    .action(async (job: string, options: CommonOptions & { settled?: true }) => {
      const { watch } = await import('#client/command/watch.ts')
      end(await watch(open(options), job, { settled: options.settled ?? false }))
    })

  withNetwork(program.command('fetch'), env)
    .description('write the result of a job and its manifest.json')
    .argument('<job>', 'the id that submit printed')
    .requiredOption('--out <folder>', 'where to write them')
    .option('--partial', 'do not wait for the rest: take what is accepted')
    .addHelpText('after', fetchHelp)
    .action(async (job: string, options: CommonOptions & { out: string; partial?: true }) => {
      const { fetchJob } = await import('#client/command/fetch.ts')
      end(await fetchJob(open(options), job, { out: options.out, partial: options.partial ?? false }))
    })

  withNetwork(program.command('market'), env)
    .description('say what work costs now, and how soon a bid would be served')
    .option('--price <mask>', 'of a bid: MASK that a unit earns')
    .option('--unit-ms <milliseconds>', 'of a bid: how long a unit keeps a common GPU busy', parseCount)
    .addHelpText('after', marketHelp)
    .action(async (options: CommonOptions & { price?: string; unitMs?: number }) => {
      const { market } = await import('#client/command/market.ts')
      end(await market(open(options), { price: options.price, unitMs: options.unitMs }))
    })

  program
    .command('audit')
    .description('replay the public log beside the chain: what is earned, and whether the rules were kept')
    .option('--log <address>', `where the log is (default: ${env['MASK_URL'] ?? defaultUrl}/log)`)
    .option('--rpc <address>', `the chain (default: ${env['MASK_URL'] ?? defaultUrl}/rpc)`)
    .option('--log-key <key>', "the log's verifier key (default: what the log says)")
    .option('--key-file <file>', 'sign the last epoch with this key, if it is in order')
    .option('--state <file>', 'where to keep what was seen (default: in your state folder)')
    .option('--serve', 'stay, and answer a coordinator that asks for attestations')
    .option('--serve-witness', "stay, and cosign the log's checkpoints")
    .option('--port <number>', 'where to listen then, 0 for a free port', parsePort, 0)
    .option('--json', 'one JSON object instead of text')
    .addHelpText('after', auditHelp)
    .action(async (options: AuditFlags) => {
      const { audit } = await import('#client/command/audit.ts')
      const base = env['MASK_URL'] ?? defaultUrl
      const { log = `${base}/log`, rpc = `${base}/rpc`, logKey, keyFile, state, port } = options
      const { serve = false, serveWitness = false } = options
      end(
        await audit(openLocal(options), { log, rpc, logKey, keyFile, state, port, serve, serveWitness, env }),
      )
    })

  for (const action of jobActions)
    controlCommand(withNetwork(withKey(program.command(action)), env), action).action(
      async (job: string, options: CommonOptions & { yes?: true }) => {
        const { control } = await import('#client/command/control.ts')
        end(await control(open(options), job, action, { yes: options.yes ?? false }))
      },
    )

  withNetwork(withKey(program.command('run')), env)
    .description('submit, watch and fetch in one')
    .argument('<folder>', folderText)
    .option('--out <file>', 'the file for the result (default: named after the folder, here)')
    .addOption(nonceOption())
    .addHelpText('after', runHelp)
    .action(async (folder: string, options: CommonOptions & { out?: string; nonce?: string }) => {
      const { run } = await import('#client/command/run.ts')
      end(await run(open(options), folder, { out: options.out, nonce: options.nonce }))
    })

  return program
}

const actionTexts: Record<JobAction, string> = {
  pause: 'hand out nothing more of a job; what is being computed is finished and paid',
  resume: 'go on with a job that was paused',
  cancel: 'end a job for good: what was committed in time is paid, the rest comes back',
}

function controlCommand(command: Command, action: JobAction): Command {
  command.description(actionTexts[action]).argument('<job>', 'the id that submit printed')
  if (action === 'cancel') command.option('--yes', 'do not ask first')
  return command.addHelpText('after', controlHelp)
}

/** Tells of failures that are waited out, now and then. */
function retryNotes(terminal: Terminal): (failure: MaskError) => void {
  let notedMs = -Infinity
  return (failure) => {
    if (performance.now() - notedMs < retryNoteMs) return
    notedMs = performance.now()
    terminal.note(`${failure.message} Trying again.`, terminal.colours.yellow)
  }
}

function withNetwork(command: Command, env: NodeJS.ProcessEnv): Command {
  const url = env['MASK_URL'] ? env['MASK_URL'] : defaultUrl
  return command
    .addOption(new Option('--url <address>', 'the coordinator (environment: MASK_URL)').default(url))
    .option('--json', 'data as JSON: one value, or one a line')
}

function withKey(command: Command): Command {
  return command.option(
    '--key-file <file>',
    "the requester's key (or the key itself in environment: MASK_KEY)",
  )
}

function nonceOption(): Option {
  return new Option(
    '--nonce <hex>',
    'continue the submission that had this nonce; what is paid is not paid again',
  )
}

const folderText = 'with job.json, WGSL and data files (docs/MANIFEST.md)'

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('It must be a whole number up to 65535.')
}

function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new InvalidArgumentError('It must be a whole number above zero.')
}
