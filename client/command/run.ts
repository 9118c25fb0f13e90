import { mkdir } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { MaskError } from '#client/sdk/mask-error.ts'
import type { ExitCode } from '#client/command/exit-code.ts'
import { tell, writeResult } from '#client/command/fetch.ts'
import { jobSummary } from '#client/command/job-text.ts'
import { orOutputFailed, resultEnding, stemOf } from '#client/command/result-file.ts'
import type { Session } from '#client/command/session.ts'
import { parseNonce, readFolder, submitFolder } from '#client/command/submit.ts'
import { exitCodeOf, follow } from '#client/command/watch.ts'

const kinds = { '.png': 'an image, PNG', '.npy': 'an array, NPY', '.csv': 'a table, CSV' } as const

/** `mask run`: submit, watch and fetch in one. */
export async function run(
  session: Session,
  path: string,
  options: { out: string | undefined; nonce: string | undefined },
): Promise<ExitCode> {
  const { terminal, json } = session
  const nonce = parseNonce(options.nonce)
  const folder = await readFolder(session, path)
  const wanted = resultEnding(folder.manifest)
  const out = options.out ?? `${basename(resolve(path))}${wanted}`
  const ending = extname(out)
  // Raw bytes have no form that another ending would belie.
  if (wanted !== '.bin' && ending !== wanted)
    throw new MaskError('argumentInvalid', `The result of this job is written as ${kinds[wanted]}.`, {
      where: '--out',
      next: `Name a file that ends in ${wanted}.`,
    })
  // Before anything is paid.
  await orOutputFailed(out, () => mkdir(dirname(out), { recursive: true }))

  const { job } = await submitFolder(session, path, folder, nonce)
  // The events are not this command's data.
  const { view, failed } = await follow({ ...session, json: false }, job, { settled: false })
  const { units } = await job.snapshot(session)
  const places = { result: out, manifest: `${stemOf(out)}.manifest.json` }
  const written = await writeResult(session, job, view, units, places).catch((error: unknown) => {
    terminal.note(`The result stays there. Fetch it with: mask fetch ${job.id} --out <folder>`)
    throw error
  })
  if (!json) terminal.note(jobSummary(view))
  tell(session, written, places)
  return exitCodeOf(session, { view, failed })
}
