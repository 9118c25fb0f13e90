import { join } from 'node:path'
import { MaskClient } from '#client/sdk/mask-client.ts'
import type { JobView, ProviderView } from '#protocol/api.ts'
import type { JobId } from '#protocol/ids.ts'
import { readProviders } from './books.ts'
import type { LocalNetwork } from './local-network.ts'
import { runMask } from './mask-command.ts'
import { writeSmallJob } from './small-job.ts'
import { waitFor } from './wait-for.ts'

/** A job that runs on a local network, and the moments in its life that tests wait for. */
export class RunningJob {
  readonly id: JobId
  readonly #network: LocalNetwork

  private constructor(network: LocalNetwork, id: JobId) {
    this.#network = network
    this.id = id
  }

  /** Submits a small picture by the command. */
  static async submit(
    network: LocalNetwork,
    size: { tilesPerSide: number; samples: number },
  ): Promise<RunningJob> {
    return RunningJob.submitFolder(network, await writeSmallJob(join(network.folder, 'job'), size))
  }

  /** Submits any job folder by the command. */
  static async submitFolder(network: LocalNetwork, folder: string): Promise<RunningJob> {
    const outcome = await runMask(['submit', folder, '--url', network.url, '--key-file', network.keyFile])
    if (outcome.code !== 0)
      throw new Error(`mask submit ended with code ${String(outcome.code)}. ${outcome.stderr}`)
    const id = /0x[0-9a-f]{64}/.exec(outcome.stdout)?.[0]
    if (id === undefined) throw new Error(`mask submit printed no job id: ${outcome.stdout}`)
    return new RunningJob(network, id as JobId)
  }

  view(): Promise<JobView> {
    return new MaskClient({ baseUrl: this.#network.url }).job(this.id).view()
  }

  /** Waits until so many units are accepted. */
  async accepted(units: number): Promise<JobView> {
    return waitFor(`${units} accepted units`, 240_000, async () => {
      const view = await this.view()
      return view.units.accepted >= units ? view : undefined
    })
  }

  /** Waits until the job is settled and everyone who earned has been paid. */
  async settled(): Promise<{ view: JobView; providers: ProviderView[] }> {
    return waitFor('the job to be settled and claimed', 300_000, async () => {
      const view = await this.view()
      if (view.state !== 'settled') return undefined
      const providers = await readProviders(this.#network.url, view)
      const owedWei = providers.map(
        ({ pendingWei, earnedWei, claimableWei }) => pendingWei + earnedWei + claimableWei,
      )
      return owedWei.every((wei) => wei === 0n) ? { view, providers } : undefined
    })
  }
}
