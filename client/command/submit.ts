import type { JobView } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import { saltSchema } from '#protocol/ids.ts'
import { formatMask } from '#protocol/money.ts'
import * as v from 'valibot'
import type { Job } from '#client/sdk/job.ts'
import type { JobFolder } from '#client/sdk/job-folder.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import type { StoredFile } from '#client/sdk/stored-file.ts'
import { randomNonce, type SubmitStep } from '#client/sdk/submit-job.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import { Interrupted } from '#client/command/interruption.ts'
import { checksText, costRangeText } from '#client/command/job-text.ts'
import { readJobFolder } from '#client/command/read-job-folder.ts'
import { loadRequester } from '#client/command/requester-key.ts'
import { defaultUrl, type Session } from '#client/command/session.ts'
import { lacksProviders, waitingText } from '#client/command/waiting-text.ts'

/** `mask submit`: prints the job's id. */
export async function submit(
  session: Session,
  path: string,
  options: { nonce: string | undefined },
): Promise<ExitCode> {
  const { terminal, json, url } = session
  const nonce = parseNonce(options.nonce)
  const folder = await readFolder(session, path)
  const { job, facts } = await submitFolder(session, path, folder, nonce)
  if (json) terminal.json(facts)
  else terminal.data(job.id)
  terminal.note(`Follow it with: mask watch ${job.id}${url === defaultUrl ? '' : ` --url ${url}`}`)
  return exitCodes.ok
}

/** Reads a job folder, and says so when a program in it is run. */
export function readFolder({ terminal }: Pick<Session, 'terminal'>, path: string) {
  return readJobFolder(path, () => {
    terminal.note(`Running ${path}/prepare.ts`)
  })
}

/** Submits with the person's account, telling each step; a failure on the way says how to go on. */
export async function submitFolder(
  session: Session,
  path: string,
  folder: JobFolder,
  nonce: Hex | undefined,
) {
  const { mask, terminal, signal } = session
  const { development } = await mask.network(session)
  const warn = (line: string) => {
    terminal.note(line, terminal.colours.yellow)
  }
  const account = await loadRequester({ ...session, folder: process.cwd(), development, warn })
  const facts: Record<string, unknown> = { requester: account.address.toLowerCase() }
  const chosen = nonce ?? randomNonce()
  let registered = false as boolean
  const onStep = (step: SubmitStep) => {
    Object.assign(facts, factsOf(step))
    registered ||= step.kind === 'registered'
    for (const line of linesOf(step)) terminal.note(line, terminal.colours.dim)
    if (step.kind === 'registered') warnOfWaiting(session, step.view)
  }
  try {
    const job: Job = await mask.submit(folder, { account, signal, nonce: chosen, onStep })
    return { job, facts }
  } catch (error) {
    if (registered) terminal.note(`Continue this very job with: mask submit ${path} --nonce ${chosen}`)
    else if (error instanceof Interrupted) terminal.note('Nothing was paid.')
    throw error
  }
}

/** Before it is paid, and again whenever the same job is submitted: why nobody could work on it now. */
function warnOfWaiting({ terminal, url }: Session, view: JobView): void {
  if (!view.waiting || !lacksProviders(view.waiting)) return
  const text = waitingText(view, url)
  if (text !== undefined) terminal.note(`It will wait. ${text}`, terminal.colours.yellow)
}

/** Checks `--nonce`. */
export function parseNonce(text: string | undefined): Hex | undefined {
  if (text === undefined) return undefined
  const parsed = v.safeParse(saltSchema, text.toLowerCase())
  if (parsed.success) return parsed.output
  throw new MaskError('argumentInvalid', `The nonce ${parsed.issues[0].message}.`, {
    where: '--nonce',
    next: 'Leave it out to get a random one.',
  })
}

function linesOf(step: SubmitStep): string[] {
  switch (step.kind) {
    case 'packed': {
      const { plan, files } = step.packed
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      return [
        `${plan.unitCount} units at ${formatMask(plan.unitPriceWei)} MASK, ${checksText(plan.quorum)}: ${costRangeText(plan)}; ${bytes} bytes to store.`,
      ]
    }
    case 'uploaded':
      return [uploadText(step.file, step.sentBytes)]
    case 'registered':
      return [`Registered as ${step.view.id}`]
    case 'funded':
      if (step.transaction === undefined) return ['Already funded: nothing was paid.']
      return [`Paid ${formatMask(step.amountWei)} MASK into the escrow: ${step.transaction}`]
  }
}

/** One line for a file, however many pieces it is stored in. */
function uploadText({ name, bytes, blobs }: StoredFile, sentBytes: number): string {
  if (sentBytes === 0) return `Already there: ${name} (${bytes} bytes)`
  if (blobs.length === 1) return `Sent ${name} (${bytes} bytes)`
  const sent = sentBytes < bytes ? `${sentBytes} of ${bytes} bytes, the rest is there` : `${bytes} bytes`
  return `Sent ${name} (${sent}, in ${blobs.length - 1} pieces)`
}

function factsOf(step: SubmitStep): object {
  switch (step.kind) {
    case 'packed':
      return {
        job: step.job,
        spec: step.packed.specId,
        nonce: step.nonce,
        unitCount: step.packed.plan.unitCount,
      }
    case 'uploaded':
      return {}
    case 'registered':
      return { waiting: step.view.waiting }
    case 'funded':
      return { paidWei: step.amountWei, transaction: step.transaction ?? null }
  }
}
