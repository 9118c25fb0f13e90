import type { Hex } from '#protocol/bytes.ts'

/**
 * What a contributor sees of their own session: one state with its reason, never two at once.
 *
 *     idle ─click─▶ starting ─▶ waiting ⇄ working ─stop─▶ stopped
 *                      │           └──▶ reconnecting ──▶ starting …
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
  | { readonly kind: 'stopped'; readonly reason: StopReason }

export type LossReason = 'connectionLost' | 'coordinatorUnreachable' | 'workerCrashed' | 'gpuLost'

export type StopReason =
  | 'byUser'
  | 'noWebGpu'
  | 'noAdapter'
  | 'softwareAdapterOnly'
  | 'otherTabRunning'
  | 'browserRestartNeeded'
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
}

export interface ContributorView {
  readonly state: SessionState
  readonly job: CurrentJob | undefined
  /** Index of the unit on the GPU now, and how many the job has. */
  readonly unit: { readonly index: number; readonly unitCount: number } | undefined
  /** The account that is paid; known after the first start. */
  readonly provider: Hex | undefined
  /** Results sent in this session, and what the coordinator said of them so far. */
  readonly unitsComputed: number
  readonly unitsAccepted: number
  readonly unitsRefused: number
  /** Sums of this account over all sessions, never merged: not yet settled, ready to claim, paid. */
  readonly pendingWei: bigint
  readonly claimableWei: bigint
  readonly claimedWei: bigint
  /** Shown to the contributor only; never sent. */
  readonly adapter: string | undefined
}

/** A piece of a picture, computed on this device. 8-bit sRGB, 4 bytes a pixel, row-major. */
export interface PreviewTile {
  readonly job: Hex
  readonly imageWidth: number
  readonly imageHeight: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

/** The one object a page holds. Nothing is opened, stored or computed before `start`. */
export interface Contributor {
  readonly view: ContributorView
  /** Calls the listener after every change; returns what ends that. */
  onChange(listener: (view: ContributorView) => void): () => void
  onTile(listener: (tile: PreviewTile) => void): () => void
  /** Begins; must be called from a trusted click. Settles when the state is waiting, working or stopped. */
  start(): Promise<void>
  /** `now` hands units back at once; `afterUnit` computes what is held first. */
  stop(when: 'now' | 'afterUnit'): Promise<void>
}

export const idleView: ContributorView = {
  state: { kind: 'idle' },
  job: undefined,
  unit: undefined,
  provider: undefined,
  unitsComputed: 0,
  unitsAccepted: 0,
  unitsRefused: 0,
  pendingWei: 0n,
  claimableWei: 0n,
  claimedWei: 0n,
  adapter: undefined,
}
