import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { planJob, resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { limits } from '#protocol/limits.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { aManifestJson, someBuffers } from './a-manifest.ts'
import { refusalOf } from './refusal-of.ts'

const aManifest = (changes: Record<string, unknown> = {}) =>
  requireComplete(parseManifest(aManifestJson(changes)))
const resultOf = (bytes: string) => ({ buffers: someBuffers({ out: { bytes, result: true } }) })

describe('the plan of a job', () => {
  test('[M1] each of the quorum earns its even part of the price', () => {
    expect(planJob(aManifest({ quorum: 5, price: { perUnitMask: '0.5', budgetMask: '1.5' } }))).toMatchObject(
      {
        unitCount: 3,
        unitPriceWei: 5n * 10n ** 17n,
        unitPayWei: 10n ** 17n,
        costWei: 15n * 10n ** 17n,
        budgetWei: 15n * 10n ** 17n,
      },
    )
  })

  test('[M1] a price that does not divide by the quorum is refused', () => {
    const manifest = aManifest({ quorum: 3, price: { perUnitMask: '0.5', budgetMask: '2' } })
    expect(refusalOf(() => planJob(manifest))).toMatchObject({
      reason: 'priceInvalid',
      where: 'price.perUnitMask',
    })
  })

  test('[M1] a budget one wei short is refused with what it should be', () => {
    const manifest = aManifest({ price: { perUnitMask: '0.5', budgetMask: '1.499999999999999999' } })
    const refusal = refusalOf(() => planJob(manifest))
    expect(refusal).toMatchObject({ reason: 'budgetTooSmall', where: 'price.budgetMask' })
    expect(refusal.next).toContain('1.5')
  })

  test('[P1] more units than a job may have are refused', () => {
    const units = { range: [0, limits.unitsPerJobMax + 1] }
    const price = { perUnitMask: '0.5', budgetMask: '1000000' }
    expect(refusalOf(() => planJob(aManifest({ units, price })))).toMatchObject({
      reason: 'tooLarge',
      where: 'units',
    })
  })

  test.each(['0', '2', '6*$unit.count+1', `${limits.resultBytesMax}+4`])(
    '[P1] a result of %s bytes is refused',
    (bytes) => {
      expect(refusalOf(() => planJob(aManifest(resultOf(bytes))))).toMatchObject({
        reason: 'tooLarge',
        where: 'buffers.out.bytes',
      })
    },
  )

  test('[P1] a result of the largest size is planned', () => {
    expect(planJob(aManifest(resultOf(`${limits.resultBytesMax}`))).unitCount).toBe(3)
  })

  test('[P1] an expression that cannot be read is refused', () => {
    expect(refusalOf(() => planJob(aManifest(resultOf('4*$unit.size')))).reason).toBe('manifestInvalid')
  })

  // The size is worked out inside a decision, where a refusal would end the coordinator.
  test.each(['4*($unit.count-2)', '2*$unit.count', '16/($unit.count-2)'])(
    '[P1] a size that fits the first unit and not the shorter last one is refused: %s',
    (bytes) => {
      const units = { range: [0, 9], granule: bytes.startsWith('2') ? 2 : 7 }
      const price = { perUnitMask: '0.5', budgetMask: '5' }
      refusalOf(() => planJob(aManifest({ ...resultOf(bytes), units, price })))
    },
  )

  test.each(['16/(1-$unit.index)', '4*(1+$unit.begin)'])(
    '[P1] a size that depends on which unit it is, not on its count, is refused: %s',
    (bytes) => {
      expect(refusalOf(() => planJob(aManifest(resultOf(bytes))))).toMatchObject({
        where: 'buffers.out.bytes',
      })
    },
  )

  test('[J1] the spans of all units cover the range once, in order', () => {
    const ranges = fc.record({
      begin: fc.nat(1_000),
      length: fc.integer({ min: 1, max: 500 }),
      granule: fc.integer({ min: 1, max: 600 }),
    })
    fc.assert(
      fc.property(ranges, ({ begin, length, granule }) => {
        const manifest = aManifest({
          units: { range: [begin, begin + length], granule },
          price: { perUnitMask: '0.5', budgetMask: '250' },
        })
        const covered = Array.from({ length: planJob(manifest).unitCount }, (_, index) => {
          const span = unitSpanOf(manifest, index)
          const comparator = { compare: 'exact' }
          expect(resultPartsOf(manifest, span.count)).toEqual([
            { name: 'out', bytes: 4 * span.count, comparator },
          ])
          return Array.from({ length: span.count }, (_, offset) => span.begin + offset)
        })
        expect(covered.every((span) => span.length > 0)).toBe(true)
        expect(covered.flat()).toEqual(Array.from({ length }, (_, offset) => begin + offset))
      }),
    )
  })
})
