import * as v from 'valibot'
import { offerSchema } from '#protocol/offer.ts'
import { readSettings, type DataUse, type DeviceOffer, type OfferSettings } from '#web/core/offer.ts'
import type { Database } from './database.ts'

/** What was measured, of which device, and when. */
export interface StoredMeasurement extends Pick<DeviceOffer, 'speed' | 'numericClass'> {
  /** Adapter and browser: another of either is another measurement. */
  readonly device: string
  readonly measuredAtMs: number
}

/**
 * What a browser keeps of its offer. Duties: each of the three answers what was last kept, or undefined for nothing
 * and for what cannot be understood. Any call may fail: the offer then does without.
 */
export interface OfferStore {
  settings(): Promise<OfferSettings | undefined>
  keepSettings(settings: OfferSettings): Promise<void>
  dataUse(): Promise<DataUse | undefined>
  keepDataUse(use: DataUse): Promise<void>
  measurement(): Promise<StoredMeasurement | undefined>
  keepMeasurement(measurement: StoredMeasurement): Promise<void>
}

const { speed, numericClass } = offerSchema.entries
const measurementSchema = v.strictObject({
  speed,
  numericClass,
  device: v.string(),
  measuredAtMs: v.number(),
})
const dataUseSchema = v.strictObject({ day: v.string(), bytes: v.pipe(v.number(), v.minValue(0)) })

/** In IndexedDB. */
export function indexedOfferStore(database: Database): OfferStore {
  const read = async <Schema extends v.GenericSchema>(key: string, schema: Schema) => {
    const parsed = v.safeParse(schema, await database.get('offer', key))
    return parsed.success ? parsed.output : undefined
  }
  const keep = async (key: string, value: unknown) => {
    await database.put('offer', value, key)
  }
  return {
    settings: async () => readSettings(await database.get('offer', 'settings')),
    keepSettings: (settings) => keep('settings', settings),
    dataUse: () => read('dataUse', dataUseSchema),
    keepDataUse: (use) => keep('dataUse', use),
    measurement: () => read('measurement', measurementSchema),
    keepMeasurement: (measurement) => keep('measurement', measurement),
  }
}
