import { jobViewSchema, type JobAction, type JobView } from '#protocol/api.ts'
import { BaseError } from 'viem'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import { jobControlTypedData, type JobControlParts } from '#protocol/job-control.ts'
import { connectRequester, type ConnectedRequester } from '#client/sdk/connect-requester.ts'
import type { HttpApi } from '#client/sdk/http-api.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { persist } from '#client/sdk/patience.ts'
import type { Requester } from '#client/sdk/requester.ts'

/**
 * Pauses, resumes or cancels a job in its requester's name. What is so already stays so.
 *
 * @throws {MaskError} `badSignature` when another account submitted the job, `wrongState` when it is over.
 */
export async function controlJob(
  api: HttpApi,
  network: Parameters<typeof connectRequester>[1],
  job: JobId,
  action: JobAction,
  options: Requester & { readonly signal?: AbortSignal | undefined },
): Promise<JobView> {
  const { signal } = options
  const requester = connectRequester(api, network, options)
  // Signed anew for each try: a coordinator that has heard one, and whose answer was lost, does not hear it twice.
  return persist(api.timing, signal, async () => {
    const atMs = Date.now()
    const signature = await sign(requester, { chainId: network.chainId, job, action, atMs })
    const request = { action, atMs, signature }
    return api.post(`/api/v1/jobs/${job}/control`, request, jobViewSchema, { signal, patienceMs: 0 })
  })
}

async function sign({ sender }: ConnectedRequester, parts: JobControlParts): Promise<Hex> {
  try {
    return await sender.signTypedData({ account: sender.account, ...jobControlTypedData(parts) })
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause
    throw new MaskError('badSignature', `The wallet did not sign: ${cause.shortMessage}`, {
      where: parts.action,
      next: 'Try again and confirm it in the wallet.',
      cause,
    })
  }
}
