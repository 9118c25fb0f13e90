import type { Hex } from '../../bytes.ts'
import type { AssignmentId, JobId, ProviderId } from '../../ids.ts'
import type { LogEntryOf } from '../entries.ts'
import { demand } from './fault.ts'

/** What a log says so far, worked out from its entries alone. */
export interface Replay {
  /** Entries taken. */
  size: number
  rules: LogEntryOf<'rules'> | undefined
  anchors: ReadonlySet<ProviderId>
  readonly jobs: Map<JobId, ReplayedJob>
  readonly results: Map<AssignmentId, ReplayedResult>
  readonly providers: Map<ProviderId, ReplayedProvider>
  /** What each account has earned, ever. */
  readonly accounts: Map<Hex, bigint>
  /** The newest round that a draw has rested on. */
  latestRound: number
  /** The value of each round that a draw has rested on, and the first entry that says so. */
  readonly rounds: Map<number, { readonly value: Hex; readonly index: number }>
  /** Paid votes whose commitments are not opened yet. */
  readonly unopened: Set<AssignmentId>
  /** Links whose wallet's signature is no plain key's: the wallet's contract knows whether it is good. */
  readonly contractLinks: { readonly link: LogEntryOf<'link'>; readonly index: number }[]
  /** The number of the last epoch, also of one that was stopped. */
  epochNumber: number
  prepared: ReplayedEpoch | undefined
  posted: ReplayedEpoch | undefined
}

export interface ReplayedJob {
  readonly terms: LogEntryOf<'job'>
  readonly unitPayWei: bigint
  fundedWei: bigint
  chargedWei: bigint
  /** What a posted epoch has charged. */
  settledWei: bigint
  control: LogEntryOf<'control'>['control']
  /** `ended`: every unit is decided; `closed`: an epoch was posted since. */
  phase: 'open' | 'ended' | 'closed'
  decided: number
  /** Spots that draws have named. */
  spotsDrawn: number
  readonly units: Map<number, ReplayedUnit>
}

export interface ReplayedUnit {
  verdict: LogEntryOf<'verdict'>['verdict'] | undefined
  canonical: AssignmentId | undefined
  /** Results of it that were refused. */
  refusals: number
  /** Whose votes were paid. */
  readonly paid: Set<ProviderId>
  /** Of results compared bit by bit: the digest that the paid ones share. */
  digest: Hex | undefined
  /** Revealed checks of it, as `kind/spot`, and by whom. */
  readonly checks: Map<string, Set<ProviderId>>
}

export interface ReplayedResult {
  readonly commit: LogEntryOf<'commit'>
  state: 'committed' | 'revealed' | 'refused' | 'paid'
  /** Of a revealed vote that may count: the round that decides about it. */
  round: number | undefined
  /** How many of its unit's results had been refused when that round was named. */
  refusalsThen: number
  /** It was pending, and is checked for its own sake. */
  isTail: boolean
  draw: LogEntryOf<'draw'> | undefined
  digest: Hex | undefined
  /** What was paid for an errand. */
  paidWei: bigint
  /** Spots, as `unit/spot`, for whose refused results an errand was paid. */
  readonly accused: Set<string>
}

export interface ReplayedProvider {
  probationPassed: number
  convictions: number
  /** Things that may have been checks it passed, less those that its standing has counted. */
  evidence: number
  /** What its results have earned. */
  earnedWei: bigint
  linkSerial: number
  pendingLink: LogEntryOf<'link'> | undefined
  /** Whom its pay goes to; itself before the first link. */
  wallet: Hex | undefined
}

/** An epoch as it follows from the log. */
export interface ReplayedEpoch {
  readonly number: number
  /** The place of its entry. */
  readonly index: number
  readonly earnings: readonly { readonly provider: Hex; readonly cumulativeWei: bigint }[]
  readonly charges: readonly { readonly job: JobId; readonly cumulativeWei: bigint }[]
  readonly closedJobs: readonly JobId[]
  /** All that jobs will have been charged with it. */
  readonly totalChargedWei: bigint
}

export function newReplay(): Replay {
  return {
    size: 0,
    rules: undefined,
    anchors: new Set(),
    jobs: new Map(),
    results: new Map(),
    providers: new Map(),
    accounts: new Map(),
    latestRound: 0,
    rounds: new Map(),
    unopened: new Set(),
    contractLinks: [],
    epochNumber: 0,
    prepared: undefined,
    posted: undefined,
  }
}

export function rulesOf({ rules }: Replay): LogEntryOf<'rules'> {
  demand(rules, 'a log begins with its rules')
  return rules
}

/** A job that is still open to entries. */
export function jobOf(replay: Replay, id: JobId): ReplayedJob {
  const job = replay.jobs.get(id)
  demand(job, 'no entry before has admitted this job')
  demand(job.phase !== 'closed', 'the job was closed by an epoch that is on the chain')
  return job
}

/** A unit of the job, on its first mention a fresh one. */
export function unitOf(job: ReplayedJob, index: number): ReplayedUnit {
  demand(index < job.terms.unitCount, `the job has ${job.terms.unitCount} units`)
  let unit = job.units.get(index)
  if (!unit) {
    unit = {
      verdict: undefined,
      canonical: undefined,
      refusals: 0,
      paid: new Set(),
      digest: undefined,
      checks: new Map(),
    }
    job.units.set(index, unit)
  }
  return unit
}

export function resultOf(replay: Replay, assignment: AssignmentId): ReplayedResult {
  const result = replay.results.get(assignment)
  demand(result, 'no entry before commits to this result')
  return result
}

export function providerOf(replay: Replay, id: ProviderId): ReplayedProvider {
  let provider = replay.providers.get(id)
  if (!provider) {
    provider = {
      probationPassed: 0,
      convictions: 0,
      evidence: 0,
      earnedWei: 0n,
      linkSerial: 0,
      pendingLink: undefined,
      wallet: undefined,
    }
    replay.providers.set(id, provider)
  }
  return provider
}

/** Whether a unit is still to be decided. */
export function isOpen({ verdict }: ReplayedUnit): boolean {
  return verdict === undefined || verdict === 'recalled'
}
