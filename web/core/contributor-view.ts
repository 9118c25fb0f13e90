import type { Hex } from '#protocol/bytes.ts'
import type { Speed } from '#protocol/offer.ts'
import type { OfferSettings } from './offer.ts'
import type { Attention } from './pace.ts'
import type { Incident } from './incident.ts'

/**
 * What a contributor sees of their own session: one state with its reason, never two at once.
 *
 *     idle ─click─▶ starting ─▶ waiting ⇄ working ─stop─▶ stopped
 *                      │           ├──▶ reconnecting ──▶ starting …
 *                      │           └──▶ halted ─go on─▶ starting …
 *                      └─ no WebGPU, another tab … ──▶ stopped(reason)
 */
export type SessionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting'; readonly step: 'checkingGpu' | 'openingWorker' | 'connecting' | 'greeting' }
  /** Connected; there is no unit for this device at present. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'working' }
  /** Computes what it holds, takes nothing new, then stops. */
  | { readonly kind: 'finishing' }
  | {
      readonly kind: 'reconnecting'
      readonly attempt: number
      readonly retryInMs: number
      readonly reason: LossReason
    }
  /** Waits for the contributor to go on or to stop. */
  | { readonly kind: 'halted'; readonly reason: HaltReason }
  | { readonly kind: 'stopped'; readonly reason: StopReason }

export type LossReason = 'connectionLost' | 'coordinatorUnreachable' | 'workerCrashed' | 'gpuLost'

/** A kernel that does not end may still occupy the GPU: what comes next is not ours to choose. */
export type HaltReason = 'kernelHung'

export type StopReason =
  | 'byUser'
  | 'noWebGpu'
  | 'noAdapter'
  | 'softwareAdapterOnly'
  | 'storageUnavailable'
  | 'otherTabRunning'
  | 'browserRestartNeeded'
  | 'gpuStuck'
  | 'refusedByCoordinator'
  | 'replacedByNewSession'

/** The job whose kernel runs now. */
export interface CurrentJob {
  readonly id: Hex
  readonly name: string
  readonly summary: string
  readonly cause: string
  readonly requester: Hex
  /** The kernel's source, so that a contributor can read what runs on their GPU. */
  readonly wgsl: string
  /** What one accepted unit earns here. */
  readonly payWei: bigint
  readonly unitCount: number
  /** What comes of the job, and where its results are a picture, how that is cut into tiles. */
  readonly output: JobOutput
}

export type JobOutput =
  { readonly kind: 'picture'; readonly shape: PictureShape } | { readonly kind: 'array' | 'table' | 'raw' }

/** All lengths in pixels; tiles are numbered row by row from the top left. */
export interface PictureShape {
  readonly width: number
  readonly height: number
  readonly tileWidth: number
  readonly tileHeight: number
}

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface ContributorView {
  readonly state: SessionState
  readonly job: CurrentJob | undefined
  /** The unit on the GPU now, and what of the picture it is. */
  readonly unit: { readonly index: number; readonly areas: readonly Rectangle[] } | undefined
  /** The account that is paid; known after the first start. */
  readonly provider: Hex | undefined
  /** Results sent in this session, and what the coordinator said of them so far. */
  readonly unitsComputed: number
  readonly unitsAccepted: number
  /** Taken for now; their pay is pending. */
  readonly unitsProvisional: number
  readonly unitsRefused: number
  /** What went wrong in this session and did not end it; the latest first, one of each kind. */
  readonly incidents: readonly Incident[]
  /** Share of the last ten seconds in which the GPU was busy with this, 0 to 1; undefined while not known. */
  readonly gpuBusy: number | undefined
  /** Sums of this account over all sessions, never merged: provisional, final, ready to claim, paid. */
  readonly pendingWei: bigint
  readonly earnedWei: bigint
  readonly claimableWei: bigint
  readonly claimedWei: bigint
  /** Shown to the contributor only; never sent. */
  readonly adapter: string | undefined
  /** What this device offers; undefined before the first start. */
  readonly offer: OfferView | undefined
}

export interface OfferView {
  readonly settings: OfferSettings
  /** Undefined until it is measured. */
  readonly speed: Speed | undefined
  readonly bytesToday: number
  /** What an hour of a GPU was paid lately; undefined where nobody knows. */
  readonly goingRateWeiPerHour: bigint | undefined
}

/** A unit that was computed on this device, and what of the picture it drew; nothing where the job draws none. */
export interface UnitNews {
  readonly job: Hex
  readonly unit: number
  readonly tiles: readonly PreviewTile[]
}

/** A piece of a picture. 8-bit sRGB, 4 bytes a pixel, row-major. */
export interface PreviewTile extends Rectangle {
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

/** The one object a page holds. Nothing is opened, stored or computed before `start`. */
export interface Contributor {
  readonly view: ContributorView
  /** Calls the listener after every change; returns what ends that. */
  onChange(listener: (view: ContributorView) => void): () => void
  onUnit(listener: (news: UnitNews) => void): () => void
  /** Begins; must be called from a trusted click. Settles when the state is waiting, working, halted or stopped. */
  start(): Promise<void>
  /** Goes on after a halt; must be called from a trusted click. */
  resume(): void
  /** `now` hands units back at once; `afterUnit` computes what is held first. */
  stop(when: 'now' | 'afterUnit'): Promise<void>
  /** How much of the GPU is lent, in percent; before `start` as well as later. */
  lend(intensity: number): void
  /** What is wanted from now on; kept in this browser. Only after the first start. */
  want(settings: OfferSettings): void
  /** Whether anybody looks at the page, and since when nobody has touched it. */
  attend(attention: Attention): void
}

export const idleView: ContributorView = {
  state: { kind: 'idle' },
  job: undefined,
  unit: undefined,
  provider: undefined,
  unitsComputed: 0,
  unitsAccepted: 0,
  unitsProvisional: 0,
  unitsRefused: 0,
  incidents: [],
  gpuBusy: undefined,
  pendingWei: 0n,
  earnedWei: 0n,
  claimableWei: 0n,
  claimedWei: 0n,
  adapter: undefined,
  offer: undefined,
}
