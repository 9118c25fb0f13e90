import type { JobAction } from '#protocol/api.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Event } from '#coordinator/core/events.ts'
import type { Job } from '#coordinator/core/state.ts'
import type { Timeline } from '#test/simulation/timeline.ts'
import type { PlannedJob } from './workload.ts'

/** What a requester needs of the world around it. */
export interface RequesterWorld {
  readonly timeline: Timeline
  /** undefined also while the coordinator is down. */
  readonly find: (job: JobId) => Job | undefined
  readonly tell: (event: Event) => void
}

const againMs = 30_000

/** Plans all that a requester does about one job. It says everything again until the coordinator has it for good. */
export function planRequests(job: PlannedJob, world: RequesterWorld): void {
  world.timeline.after(job.submitMs, () => {
    submit(job, world)
  })
  for (const { atMs, action } of job.controls)
    world.timeline.after(atMs, () => {
      control(job, action, world)
    })
}

/** Submits until the job is known; then the watch on the escrow reports its funds until it runs. */
function submit(job: PlannedJob, world: RequesterWorld): void {
  const { terms } = job
  const phase = world.find(terms.id)?.phase
  if (phase !== undefined && phase !== 'awaitingFunds') return
  world.tell(
    phase === undefined
      ? { kind: 'jobSubmitted', terms }
      : { kind: 'jobFunded', job: terms.id, fundedWei: terms.plan.budgetWei },
  )
  world.timeline.after(againMs, () => {
    submit(job, world)
  })
}

function control(job: PlannedJob, action: JobAction, world: RequesterWorld): void {
  const { id } = job.terms
  const wanted = ({ pause: 'paused', resume: 'none', cancel: 'cancelled' } as const)[action]
  const found = world.find(id)
  if (found && (found.control === wanted || found.phase === 'finished' || found.phase === 'settled')) return
  world.tell({ kind: 'jobControlled', job: id, action })
  world.timeline.after(againMs, () => {
    control(job, action, world)
  })
}
