import { Boinc } from './baselines/boinc.ts'
import { Credulous, Majority } from './baselines/majority.ts'
import { Poco } from './baselines/poco.ts'
import { Sarmenta } from './baselines/sarmenta.ts'
import type { NewScheme } from './experiment.ts'
import { MaskScheme } from './mask/mask-scheme.ts'

/** The schemes that are compared, by name. */
const schemes: Readonly<Record<string, NewScheme>> = {
  mask: (bench, random, units) => new MaskScheme(bench, random, units),
  none: (bench, _random, units) => new Credulous(bench, units),
  quorum2: (bench, _random, units) => new Majority(bench, units, 2),
  mfirst: (bench, _random, units) => new Majority(bench, units, 3),
  boinc: (bench, random, units) => new Boinc(bench, units, random),
  poco: (bench, _random, units) => new Poco(bench, units, 100),
  sarmenta: (bench, random, units) => new Sarmenta(bench, units, random),
}

export const schemeNames: readonly string[] = Object.keys(schemes)

/** The scheme of this name; undefined for a name that is none. */
export function schemeOf(name: string): NewScheme | undefined {
  return Object.hasOwn(schemes, name) ? schemes[name] : undefined
}
