import type { JobId, ProviderId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { Event } from '#coordinator/core/events.ts'
import type { Random } from '#test/simulation/random.ts'
import type { Timeline } from '#test/simulation/timeline.ts'
import type { Held } from '../mask/seat.ts'
import type { Meter } from '../meter.ts'
import type { Identity, World } from '../strategy.ts'

export const chainId = 31337

/** A tab, as the network sees it. */
export interface Listener {
  readonly identity: Identity
  readonly provider: ProviderId
  readonly hear: (connection: Connection, message: FromCoordinator, candidate: Uint8Array | undefined) => void
  /** The connection is gone for a reason outside the tab. */
  readonly dropped: () => void
}

/** A tab's connection. Messages go each way in the order in which they were sent. */
export interface Connection {
  readonly session: string
  readonly tab: Listener
  /** Where messages to the coordinator, and from it, have got to. */
  upMs: number
  downMs: number
  isBroken: boolean
}

/** What a tab needs of the world around it. */
export interface TabWorld {
  readonly timeline: Timeline
  readonly random: Random
  readonly world: World
  readonly meter: Meter
  readonly breakMs: number
  unitMsOf(job: JobId): number
  /** undefined while the coordinator is down. */
  connect(tab: Listener): Connection | undefined
  tell(connection: Connection, event: Event): void
  /** The tab has closed, or its connection is dead: the coordinator learns of it at once, by a sign, or late. */
  breakOff(connection: Connection): void
  heldOf(message: Assign, identity: Identity): Held
  /** It has done all it will ever do. */
  leaves(tab: Listener): boolean
  replace(tab: Listener): void
}

export type Assign = Extract<FromCoordinator, { type: 'assign' }>
