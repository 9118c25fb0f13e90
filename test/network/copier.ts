import type { Page } from 'playwright'
import type { Hex } from '#protocol/bytes.ts'
import { encodeFrames, FrameReader, type Message } from '#protocol/frames.ts'
import { parseFromCoordinator, parseFromProvider, type FromCoordinator } from '#protocol/messages.ts'
import { sessionKeyOf, signDigest, type SessionKey } from '#protocol/session-key.ts'
import type { ProviderBrowser } from './provider-browser.ts'

/** Keeps frames in a list of the worker's, as text that a test can take. */
const keep = 'const keep = (list, frame) => list?.push(btoa(String.fromCharCode(...frame)))'

/** In the workers of those who are copied: keeps all they send, once somebody wants it. */
export const overheard = `{
  ${keep}
  const send = RTCDataChannel.prototype.send
  RTCDataChannel.prototype.send = function (frame) {
    keep(globalThis.sent, frame)
    send.call(this, frame)
  }
}\n`

/** In the copier's worker: its own commitments are kept back, so that others can be said in their place. */
export const copying = `{
  ${keep}
  const send = RTCDataChannel.prototype.send
  let channel
  Object.assign(globalThis, { keptBack: [], heard: [], say: (frame) => send.call(channel, frame) })
  RTCDataChannel.prototype.send = function (frame) {
    if (channel !== this) {
      channel = this
      this.addEventListener('message', ({ data }) => keep(globalThis.heard, new Uint8Array(data)))
    }
    if (new TextDecoder().decode(frame.subarray(8, 64)).includes('"commit"')) keep(globalThis.keptBack, frame)
    else send.call(this, frame)
  }
}\n`

type Verdict = Extract<FromCoordinator, { type: 'verdict' }>

/** What a provider has said of one assignment. */
interface Proof {
  readonly assignment: string
  readonly commitment: Hex
  readonly nonce: Hex
  readonly result: Uint8Array
}

/**
 * A cheat that hands in as its own what another has done. The channel is encrypted and nobody's result is shown before
 * its verdict, so it could not see what to copy; here it can, and more than any eavesdropper: commitment, nonce and
 * result, of the very unit where the other had it before.
 */
export class Copier {
  /** Units for which it has handed in another's proof; of those, the ones that the proof was of. */
  copies = 0
  copiesOfSameUnit = 0
  /** What it was told about them. */
  readonly verdicts: Verdict[] = []
  readonly #victims: readonly Page[]
  readonly #tab: Page
  readonly #key: SessionKey
  readonly #commitments = new Map<string, Hex>()
  readonly #stolen: Proof[] = []
  readonly #given: string[] = []

  private constructor(victims: readonly Page[], tab: Page, key: SessionKey) {
    this.#victims = victims
    this.#tab = tab
    this.#key = key
  }

  /** Between tabs at work: of the victims, whose workers were patched with `overheard`, and its own, with `copying`. */
  static async between(victims: readonly ProviderBrowser[], { page: tab }: ProviderBrowser): Promise<Copier> {
    const pages = victims.map(({ page }) => page)
    for (const page of pages)
      await workerOf(page).evaluate(() => {
        Object.assign(globalThis, { sent: [] })
      })
    return new Copier(pages, tab, sessionKeyOf(await secretOf(tab)))
  }

  /** Looks what the tabs have said since, and hands in a copy for all that the copier was to prove. */
  async copy(): Promise<void> {
    for (const { header } of await takeMessages(this.#tab, 'keptBack')) {
      const message = parseFromProvider(header)
      if (message.type === 'commit') this.#given.push(message.assignment)
    }
    for (const victim of this.#victims)
      for (const message of await takeMessages(victim, 'sent')) this.#overhear(message)
    if (this.#stolen.length > 0)
      for (const assignment of this.#given.splice(0)) await this.#handIn(assignment)
    for (const { header } of await takeMessages(this.#tab, 'heard')) {
      const message = parseFromCoordinator(header)
      if (message.type === 'verdict') this.verdicts.push(message)
    }
  }

  #overhear({ header, payload: result }: Message): void {
    const message = parseFromProvider(header)
    if (message.type === 'commit') this.#commitments.set(message.assignment, message.commitment)
    if (message.type !== 'reveal') return
    const { assignment, nonce } = message
    const commitment = this.#commitments.get(assignment)
    if (commitment) this.#stolen.push({ assignment, commitment, nonce, result })
  }

  async #handIn(assignment: string): Promise<void> {
    const same = this.#stolen.find((proof) => unitOf(proof.assignment) === unitOf(assignment))
    const proof = same ?? this.#stolen.at(-1)
    if (!proof) return
    this.copies += 1
    if (same) this.copiesOfSameUnit += 1
    const { commitment, nonce, result } = proof
    const signature = signDigest(this.#key, commitment)
    const frames = [
      ...encodeFrames({ type: 'commit', assignment, commitment, signature }),
      ...encodeFrames({ type: 'reveal', assignment, nonce }, result),
    ]
    await workerOf(this.#tab).evaluate(
      (texts) => {
        const { say } = globalThis as unknown as { say: (frame: Uint8Array) => void }
        for (const text of texts) say(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)))
      },
      frames.map((frame) => Buffer.from(frame).toString('base64')),
    )
  }
}

/** An assignment's id names its job, its unit and the attempt. */
function unitOf(assignment: string): string {
  return assignment.slice(0, assignment.lastIndexOf('/'))
}

function workerOf(page: Page) {
  const [worker] = page.workers()
  if (!worker) throw new Error('the page has no worker')
  return worker
}

/** Takes the messages out of a list of frames in a tab's worker. */
async function takeMessages(page: Page, list: 'sent' | 'heard' | 'keptBack'): Promise<Message[]> {
  const frames = await workerOf(page).evaluate(
    (name) => (globalThis as unknown as Record<typeof name, string[]>)[name].splice(0),
    list,
  )
  const reader = new FrameReader()
  return frames.flatMap((frame) => reader.push(Buffer.from(frame, 'base64')) ?? [])
}

/** The key that a tab keeps, as its owner can read it. */
async function secretOf(page: Page): Promise<Uint8Array> {
  const secret = await page.evaluate(
    () =>
      new Promise<number[]>((resolve, reject) => {
        const opening = indexedDB.open('mask')
        const fail = () => {
          reject(new Error('the tab keeps no key'))
        }
        opening.onerror = fail
        opening.onsuccess = () => {
          const reading = opening.result.transaction('identity').objectStore('identity').get('session')
          reading.onerror = fail
          reading.onsuccess = () => {
            opening.result.close()
            resolve([...(reading.result as Uint8Array)])
          }
        }
      }),
  )
  return Uint8Array.from(secret)
}
