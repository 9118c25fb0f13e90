/** Durations the core decides by. All in milliseconds. */
export interface Durations {
  /** From the hand-out of a unit to its commitment, at most; a unit forecast to be short gets less. */
  readonly leaseMs: number
  /** The shortest lease. */
  readonly leaseMsMin: number
  /** However often it is renewed, a lease ends after this. */
  readonly renewedMsMax: number
  /** From the receipt to the reveal. */
  readonly revealMs: number
  /** A provider not heard for this long has vanished: under five seconds, so that its units move on in time. */
  readonly silenceMsMax: number
  /** A provider that may have vanished has this long to be heard again; more than a heartbeat's interval. */
  readonly suspicionMs: number
  /** The span one root settles. */
  readonly epochMs: number
  /** How long a change of wallet waits before it takes effect; time enough to take back what a thief has signed. */
  readonly relinkMs: number
  /** How long a provider that could not run a unit gets no other. */
  readonly coolDownMs: number
  /** Pause before a failed transaction is tried again. */
  readonly chainRetryMs: number
  /** A provider's pending units that have waited so long without another check are checked for their own sake. */
  readonly tailIdleMs: number
  /** A bundle of spots goes out once the oldest has waited so long, full or not. */
  readonly spotWaitMs: number
}

export const defaultDurations: Durations = {
  leaseMs: 120_000,
  leaseMsMin: 15_000,
  renewedMsMax: 900_000,
  revealMs: 30_000,
  silenceMsMax: 3_500,
  suspicionMs: 1_200,
  epochMs: 10_000,
  relinkMs: 86_400_000,
  coolDownMs: 5_000,
  chainRetryMs: 3_000,
  tailIdleMs: 20_000,
  spotWaitMs: 5_000,
}
