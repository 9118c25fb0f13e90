import { describe, expect, test } from 'vitest'
import { simulate, type SimulationOptions } from './simulate.ts'

const seeds = Array.from({ length: 50 }, (_, index) => index + 1)

describe('the coordinator, simulated', () => {
  test.each(seeds)(
    '[J2] [M5] [D2] [Q4] seed %i: the job ends, nothing accepted is lost, everyone is paid exactly',
    (seed) => {
      const report = simulate({ seed })
      expect(report.accepted + report.failed).toBe(report.units)
      expect(report.wrongResults).toBe(0)
    },
  )

  test('[S1] a seed replays the very same run', () => {
    expect(simulate({ seed: 7 })).toEqual(simulate({ seed: 7 }))
    expect(simulate({ seed: 8 })).not.toEqual(simulate({ seed: 7, unitCount: 40 }))
  })

  test('[Q1] without faults and lies, a unit costs exactly its quorum', () => {
    const report = simulate({
      seed: 3,
      characters: ['honest', 'honest', 'honest'],
      faultsMs: 0,
      unitCount: 200,
    })
    expect(report).toMatchObject({ accepted: 200, refused: 0, disputes: 0, crashes: 0 })
    // An honest agent hands one unit in fifty back; those are the only attempts beyond the quorum.
    expect(report.assignments).toBeGreaterThanOrEqual(400)
    expect(report.assignments).toBeLessThan(430)
  })

  test('[Q3] a unit nobody agrees on ends as failed, and costs nothing', () => {
    const report = simulate({
      seed: 5,
      characters: Array.from({ length: 9 }, () => 'garbage'),
      faultsMs: 0,
      unitCount: 5,
    })
    expect(report).toMatchObject({ accepted: 0, failed: 5, paidWei: 0n })
  })

  test('the faults do happen: crashes, disputes and refusals are met in these seeds', () => {
    const reports = seeds.slice(0, 20).map((seed) => simulate({ seed }))
    expect(reports.reduce((sum, report) => sum + report.crashes, 0)).toBeGreaterThan(20)
    expect(reports.reduce((sum, report) => sum + report.refused, 0)).toBeGreaterThan(20)
    expect(reports.reduce((sum, report) => sum + report.disputes, 0)).toBeGreaterThan(20)
  })
})

describe('a job whose results are judged by its verify kernel, simulated', () => {
  test.each(seeds.slice(0, 20))(
    '[J2] [M2] [M5] [D2] [X11] seed %i: it ends, and everyone is paid exactly',
    (seed) => {
      const report = simulate({ seed, checked: true })
      expect(report.accepted + report.failed).toBe(report.units)
      // Four in ten compute wrongly and call everything good: few of their results meet only their like.
      expect(report.wrongResults).toBeLessThan(report.units / 3)
    },
  )

  test('[X11] honest providers: all is accepted, and nobody is refused', () => {
    const characters = ['honest', 'honest', 'honest', 'honest'] as const
    const report = simulate({ seed: 3, checked: true, characters, faultsMs: 0 })
    expect(report).toMatchObject({ accepted: 40, failed: 0, refused: 0, disputes: 0, wrongResults: 0 })
  })
})

describe('the simulator notices planted mistakes', () => {
  /** Runs seeds until one turns red; the message of that failure, or undefined. */
  const firstFailure = (plantedBug: NonNullable<SimulationOptions['plantedBug']>): string | undefined => {
    for (const seed of seeds) {
      try {
        const { wrongResults } = simulate({ seed, plantedBug })
        if (wrongResults > 0) return `${wrongResults} wrong results`
      } catch (error) {
        return (error as Error).message
      }
    }
    return undefined
  }

  test('messages sent before the commit', () => {
    expect(firstFailure('sendBeforeCommit')).toMatch(/\[D2\]/)
  })
  test('pay that is counted twice', () => {
    expect(firstFailure('payTwice')).toMatch(/\[M3\]/)
  })
  test('one result taken for a quorum', () => {
    expect(firstFailure('acceptOne')).toMatch(/wrong results/)
  })
})
