import { describe, expect, test } from 'vitest'
import { RunnerError } from '#runner/runner-error.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { usualSettings, type OfferSettings } from '#web/core/offer.ts'
import type { OfferView } from '#web/core/contributor-view.ts'
import { OfferDesk } from '#web/edge/offer-desk.ts'
import { OfferMaker, type OfferSurroundings } from '#web/edge/offer-maker.ts'
import { MemoryOfferStore } from './memory-offer-store.ts'

const { features, limits, memoryMiB, speed, numericClass } = anOffer()
const mebibyte = 1024 * 1024
const dayMs = 24 * 60 * 60_000
const capped: OfferSettings = { ...usualSettings, dataMiBPerDay: 20 }

/** A device that counts how often it is measured, a store, and a calendar. */
class Rig {
  readonly store = new MemoryOfferStore()
  measured = 0
  changes = 0
  day = 'monday'
  nowMs = 10 * dayMs
  device = 'a GPU in a browser'
  measure = () => {
    this.measured += 1
    return Promise.resolve({ speed: { ...speed, gflops: this.measured }, numericClass })
  }

  /** As a worker that starts. */
  open(settings?: OfferSettings): Promise<OfferMaker> {
    const around: OfferSurroundings = {
      store: this.store,
      runner: {
        facts: () => Promise.resolve({ features, limits, memoryMiB }),
        measure: () => this.measure(),
      },
      device: this.device,
      nowMs: () => this.nowMs,
      today: () => this.day,
      onChange: () => {
        this.changes += 1
      },
    }
    return OfferMaker.open(around, settings)
  }

  async offer() {
    return await (await this.open()).make()
  }
}

describe('making an offer', () => {
  test('measures once a day, and anew for another adapter, browser or a clock that was set back', async () => {
    const rig = new Rig()
    expect((await rig.offer()).speed.gflops).toBe(1)
    rig.nowMs += dayMs - 1
    expect((await rig.offer()).speed.gflops).toBe(1)
    rig.nowMs += 1
    expect((await rig.offer()).speed.gflops).toBe(2)
    rig.device = 'another GPU'
    expect((await rig.offer()).speed.gflops).toBe(3)
    rig.nowMs -= 1
    expect((await rig.offer()).speed.gflops).toBe(4)
  })

  test('goes without a store that fails', async () => {
    const rig = new Rig()
    rig.store.failing = true
    const maker = await rig.open(capped)
    expect(await maker.make()).toMatchObject({ dataBytesMax: 20 * mebibyte })
    maker.download(1)
    maker.want(usualSettings)
    expect(maker.offer).toEqual(anOffer({ speed: { ...speed, gflops: 1 } }))
  })

  test('fails where measuring fails, and measures at the next attempt', async () => {
    const rig = new Rig()
    const { measure } = rig
    rig.measure = () => Promise.reject(new RunnerError('deviceLost', 'gone'))
    const maker = await rig.open()
    await expect(maker.make()).rejects.toThrow(RunnerError)
    expect(maker.offer).toBeUndefined()
    rig.measure = measure
    expect(await maker.make()).toMatchObject({ numericClass })
  })

  test('what is wanted is kept, and wins over what was kept before', async () => {
    const rig = new Rig()
    const maker = await rig.open()
    maker.want(capped)
    expect(rig.changes).toBe(1)
    await expect.poll(() => rig.store.kept.settings).toEqual(capped)
    expect((await rig.open()).settings).toEqual(capped)
    expect((await rig.open(usualSettings)).settings).toEqual(usualSettings)
    await expect.poll(() => rig.store.kept.settings).toEqual(usualSettings)
    expect((await rig.open()).settings).toEqual(usualSettings)
  })
})

describe('the day’s data cap', () => {
  test('counts across starts, ends with the day, and tells only of steps', async () => {
    const rig = new Rig()
    const maker = await rig.open(capped)
    await maker.make()
    for (let count = 0; count < 8; count += 1) maker.download(mebibyte / 4)
    expect(maker.offer?.dataBytesMax).toBe(18 * mebibyte)
    expect(rig.changes).toBe(2)
    await expect.poll(() => rig.store.kept.dataUse?.bytes).toBe(2 * mebibyte)
    expect(rig.store.useWrites).toBeLessThan(8)
    expect((await rig.open()).bytesToday).toBe(2 * mebibyte)
    rig.day = 'tuesday'
    expect((await rig.open()).bytesToday).toBe(0)
    expect(maker.offer?.dataBytesMax).toBe(20 * mebibyte)
  })

  test('stops a download at the cap, and begins none after it', async () => {
    const maker = await new Rig().open(capped)
    maker.mayDownload()
    maker.download(20 * mebibyte)
    expect(() => {
      maker.mayDownload()
    }).toThrow('data cap')
    expect(() => {
      maker.download(1)
    }).toThrow('data cap')
    maker.want(usualSettings)
    maker.mayDownload()
    maker.download(10 ** 12)
  })
})

test('the page is told of each view once, the session of each offer once', async () => {
  const maker = await new Rig().open()
  const shown: OfferView[] = []
  const stated: unknown[] = []
  const desk = new OfferDesk({
    maker,
    fetchGoingRate: () => Promise.resolve(7n),
    showOffer: (view) => shown.push(view),
    stateOffer: (offer) => stated.push(offer),
  })
  desk.look()
  desk.look()
  expect(shown).toEqual([
    { settings: usualSettings, speed: undefined, bytesToday: 0, goingRateWeiPerHour: undefined },
  ])
  expect(stated).toEqual([])
  const offer = await maker.make()
  desk.look()
  maker.download(5)
  desk.look()
  expect(shown.slice(1).map(({ speed: measured, bytesToday }) => [measured?.gflops, bytesToday])).toEqual([
    [1, 0],
    [1, 5],
  ])
  expect(stated).toEqual([offer])
})
