import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assert } from '#protocol/assert.ts'
import type { Kill } from './kill-switch.ts'
import { live } from './settlement-life.ts'

/** `MASK_KILLS=200 npm run test:some -- test/settlement` is the long run: every step, both victims, again and again. */
const killCount = Number(process.env['MASK_KILLS'] ?? 12)
/** What each of the two providers of a unit earns. */
const payWei = 5n

test.runIf(process.platform === 'linux')(
  `[M11] ${killCount} kills over every step of settlement, of coordinator and chain: no pay is lost, none is paid twice`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mask-kills-'))
    try {
      const first = (await live(folder)).report
      assert(first, 'an undisturbed life settles')
      let acknowledged = first.accepted
      let kills = 0
      for (let life = 0; kills < killCount; life += 1) {
        expect(life).toBeLessThan(2 * killCount + 10)
        const { end, acknowledged: told } = await live(folder, killOf(life, first.steps))
        if (end === 'killed') kills += 1
        if (told) acknowledged += 1
      }
      const last = (await live(folder)).report
      assert(last, 'an undisturbed life settles')
      expect(last.accepted).toBeGreaterThan(acknowledged)
      const paidWei = payWei * BigInt(last.accepted)
      expect(last.balances).toEqual([`${paidWei}`, `${paidWei}`])
      expect(last.totals).toEqual([`${2n * paidWei}`, `${2n * paidWei}`, `${2n * paidWei}`])
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  killCount * 60_000,
)

/**
 * Spread over the steps of an undisturbed life: few kills leave even gaps, many come to every step. The victims take turns,
 * and in the next round at each step the other one's turn comes.
 */
function killOf(life: number, steps: number): Kill {
  const stride = Math.max(1, Math.floor(steps / killCount))
  const round = Math.floor((life * stride) / steps)
  return {
    victim: (life + round * (1 - (steps % 2))) % 2 === 0 ? 'coordinator' : 'chain',
    step: 1 + ((life * stride) % steps),
  }
}
