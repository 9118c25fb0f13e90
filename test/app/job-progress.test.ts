import { describe, expect, it } from 'vitest'
import { cellOf, columnsOf, ProgressCount } from '#web/app/job-progress.ts'
import { sampleJob } from './preview/scenes.ts'

const count = (unitCount: number) => new ProgressCount({ ...sampleJob, unitCount })
const news = (unit: number) => ({ job: sampleJob.id, unit })

describe('the progress of a job', () => {
  it('counts a repeated unit once, and no other job’s', () => {
    const progress = count(10)
    for (const unit of [3, 3, 4]) progress.note(news(unit))
    progress.note({ job: '0x01', unit: 5 })
    expect(progress.progress()).toMatchObject({
      unitsComputed: 2,
      cellCount: 10,
      cells: [
        { cell: 3, share: 1 },
        { cell: 4, share: 1 },
      ],
    })
  })

  it('lets units share a cell where there are many, and shows how much of it is done', () => {
    const progress = count(4_800)
    for (const unit of [0, 1, 2, 3, 4, 4_799]) progress.note(news(unit))
    expect(progress.progress()).toMatchObject({
      unitsComputed: 6,
      cellCount: 480,
      cells: [
        { cell: 0, share: 0.5 },
        { cell: 479, share: 0.1 },
      ],
    })
  })

  it('gives every unit a cell, in order, and leaves none out', () => {
    for (const unitCount of [1, 7, 479, 480, 481, 1_000_000]) {
      const cells = Array.from({ length: Math.min(unitCount, 2_000) }, (_, step) =>
        cellOf(Math.floor((step * unitCount) / Math.min(unitCount, 2_000)), unitCount),
      )
      expect(cells).toEqual([...cells].sort((left, right) => left - right))
      expect(new Set(cells).size, `${unitCount} units`).toBe(Math.min(unitCount, 480))
    }
  })

  it('is about as wide as a picture', () => {
    expect([1, 6, 96, 480].map(columnsOf)).toEqual([1, 3, 12, 27])
  })
})
