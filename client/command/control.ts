import type { JobAction, JobView } from '#protocol/api.ts'
import { isOver } from '#client/sdk/job.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { confirm } from '#client/command/confirmation.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import { chargedText, stateText, unitsText } from '#client/command/job-text.ts'
import { loadRequester } from '#client/command/requester-key.ts'
import type { Session } from '#client/command/session.ts'

/** `mask cancel`, `mask pause`, `mask resume`: signed with the key that the job was submitted with. */
export async function control(
  session: Session,
  id: string,
  action: JobAction,
  options: { yes: boolean },
): Promise<ExitCode> {
  const { mask, terminal, signal, json } = session
  const job = mask.job(id)
  await mask.network(session)
  const before = await job.view(session)
  const warn = (line: string) => {
    terminal.note(line, terminal.colours.yellow)
  }
  // A key made just now could not have submitted it.
  const account = await loadRequester({ ...session, folder: process.cwd(), development: false, warn })
  if (account.address.toLowerCase() !== before.requester)
    throw new MaskError('unauthorised', `The job was submitted by ${before.requester}.`, {
      where: account.address.toLowerCase(),
      next: 'Name the key it was submitted with: --key-file, or MASK_KEY.',
    })
  if (action === 'cancel' && !options.yes && !json && !(await confirmed(session, before))) {
    terminal.note('Nothing was changed.')
    return exitCodes.ok
  }
  const view = await job.control(action, { account, signal })
  if (json) terminal.json(view)
  else terminal.data(`${view.name}: ${stateText(view)} (${unitsText(view)}); ${chargedText(view)}`)
  return exitCodes.ok
}

/** Asks a person who sits there. A script has made up its mind. */
async function confirmed({ terminal, signal }: Session, view: JobView): Promise<boolean> {
  const { accepted, failed, queued } = view.units
  if (!terminal.interactive || !process.stdin.isTTY || isOver(view.state) || view.control === 'cancelled')
    return true
  terminal.note(
    `${view.name}: ${accepted + failed} of ${view.unitCount} units are decided, ${queued} would not be computed. ` +
      `What has been computed is paid (${chargedText(view)}); the rest comes back to you.`,
  )
  return confirm('Cancel it for good?', { input: process.stdin, output: terminal.stderr, signal })
}
