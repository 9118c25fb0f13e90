import { describe, expect, test } from 'vitest'
import type { Effect } from '#coordinator/core/effects.ts'
import type { DurableRecord } from '#coordinator/core/records.ts'
import { emptyState } from '#coordinator/core/state.ts'
import { EventLoop } from '#coordinator/event-loop.ts'
import { MemoryStore } from '#test/simulation/memory-store.ts'
import { aJob, providerOf } from '../core/a-world.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { HandClock } from './hand-clock.ts'

/** A store whose commits end when the test says so. */
class HeldStore extends MemoryStore {
  readonly batches: { records: readonly DurableRecord[]; end: PromiseWithResolvers<undefined> }[] = []

  override async commit(records: readonly DurableRecord[]): Promise<void> {
    const end = Promise.withResolvers<undefined>()
    this.batches.push({ records, end })
    await end.promise
    this.apply(records)
  }
}

function aLoop() {
  const store = new HeldStore()
  const performed: Effect[] = []
  const fatal: unknown[] = []
  const state = emptyState()
  const loop = new EventLoop({
    state,
    store,
    clock: new HandClock(),
    perform: (effects) => performed.push(...effects),
    onFatal: (error) => fatal.push(error),
  })
  return { loop, store, performed, fatal, state }
}

const terms = aJob()
const submitted = { kind: 'jobSubmitted', terms } as const
const funded = { kind: 'jobFunded', job: terms.id, fundedWei: terms.plan.costWei } as const
const joined = {
  kind: 'providerJoined',
  session: 'A-1',
  provider: providerOf('A'),
  capacity: 1,
  offer: anOffer(),
} as const
const tablesOf = (records: readonly DurableRecord[] = []) => records.map(({ table }) => table)
const sent = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message.type] : []))
const turn = () => new Promise(setImmediate)

describe('the event loop', () => {
  test('[C2] nothing is sent, and nobody is told, before the commit has ended', async () => {
    const { loop, store, performed } = aLoop()
    let told = false
    const handled = loop.handled(submitted).then(() => (told = true))
    for (let turns = 0; turns < 5; turns += 1) await turn()
    expect(tablesOf(store.batches[0]?.records)).toEqual(['jobs'])
    expect([performed, told]).toEqual([[], false])
    store.batches[0]?.end.resolve(undefined)
    await handled
    expect(performed).toContainEqual({ kind: 'changed', job: terms.id })
    expect((await store.load()).jobs).toHaveLength(1)
  })

  test('[C2] what arrives meanwhile is the next batch: one commit for all of it', async () => {
    const { loop, store, performed } = aLoop()
    const first = loop.handled(submitted)
    const rest = [loop.handled(funded), loop.handled(joined)]
    for (let turns = 0; turns < 5; turns += 1) await turn()
    expect(store.batches).toHaveLength(1)
    store.batches[0]?.end.resolve(undefined)
    await first
    await expect.poll(() => store.batches.length).toBe(2)
    expect(tablesOf(store.batches[1]?.records)).toEqual(['jobs', 'assignments'])
    expect(sent(performed)).toEqual([])
    store.batches[1]?.end.resolve(undefined)
    await Promise.all(rest)
    expect(sent(performed)).toEqual(['welcome', 'account', 'assign'])
    expect(store.batches).toHaveLength(2)
  })

  test('[C2] what needs no commit waits for none', async () => {
    const { loop, store, performed } = aLoop()
    await loop.handled(joined)
    expect(store.batches).toEqual([])
    expect(sent(performed)).toEqual(['welcome', 'account'])
  })

  test('[C2] a commit that fails ends it: nothing is sent, nobody is told, nothing more is handled', async () => {
    const { loop, store, performed, fatal, state } = aLoop()
    let told = false
    void loop.handled(submitted).then(() => (told = true))
    loop.post(joined)
    store.batches[0]?.end.reject(new Error('the disk is full'))
    await expect.poll(() => fatal.length).toBe(1)
    loop.post(joined)
    for (let turns = 0; turns < 5; turns += 1) await turn()
    expect(fatal).toMatchObject([{ message: 'the disk is full' }])
    expect([performed, told]).toEqual([[], false])
    expect(state.providers.size).toBe(0)
  })

  test('[M2] books that do not agree are never committed', async () => {
    const { loop, store, fatal, state } = aLoop()
    state.accounts.set(providerOf('A'), {
      accepted: 1,
      refused: 0,
      pendingWei: 0n,
      earnedWei: 1n,
      settledWei: 0n,
      claimedWei: 0n,
    })
    loop.post(submitted)
    await expect.poll(() => fatal.length).toBe(1)
    expect(String(fatal[0])).toContain('[M3]')
    expect(store.batches).toEqual([])
  })

  test('[C2] effects of a recovery are made durable before they take place', async () => {
    const { loop, store, performed } = aLoop()
    const [effect] = [{ kind: 'changed', job: terms.id } as const]
    const record: DurableRecord = { table: 'droppedResults', assignment: 'abcdef01/0/0' }
    const adopted = loop.adopt([{ kind: 'persist', record }, effect])
    await turn()
    expect(performed).toEqual([])
    store.batches[0]?.end.resolve(undefined)
    await adopted
    expect(performed).toContainEqual(effect)
  })
})
