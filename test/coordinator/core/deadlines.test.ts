import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newDeadlines, setDeadline, takeDue } from '#coordinator/core/deadlines.ts'

test('[L3] deadlines come out when they have come, earliest first, those of one moment in the order they were set', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5_000), fc.boolean()), { maxLength: 200 }), (steps) => {
      const deadlines = newDeadlines()
      const waiting: { atMs: number; id: string }[] = []
      for (const [index, [atMs, look]] of steps.entries()) {
        setDeadline(deadlines, String(index), atMs)
        waiting.push({ atMs, id: String(index) })
        if (!look) continue
        const nowMs = steps[steps.length - 1 - index]?.[0] ?? 0
        // A stable sort keeps the order in which they were set.
        waiting.sort((left, right) => left.atMs - right.atMs)
        const due = waiting.filter((one) => one.atMs <= nowMs)
        waiting.splice(0, due.length)
        expect(takeDue(deadlines, nowMs)).toEqual(due.map(({ id }) => id))
      }
    }),
  )
})
