import { beforeAll, describe, expect, test } from 'vitest'
import { checkedEntries } from '#client/audit/checked-bundle.ts'
import { decodeEntry, type LogEntry, type LogEntryOf } from '#protocol/log/entries.ts'
import { leafHashOf } from '#protocol/log/merkle.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import { encodeBundle } from '#protocol/log/tiles.ts'
import { Random } from '#test/simulation/random.ts'
import type { SimulationOptions } from '#test/simulation/simulate.ts'
import { anAuditor, ChainBehind, recordedLog, ServedLog } from './recorded-log.ts'

type Kind = Pick<SimulationOptions, 'seed' | 'audited' | 'checked'>

/** Of each kind of network one: a fixed quorum, audits with spots, a verify kernel. */
const networks: readonly [Kind, Kind, Kind] = [
  { seed: 2 },
  { seed: 3, audited: true },
  { seed: 4, checked: true },
]
let logs: LogEntry[][]

beforeAll(() => {
  logs = networks.map(recordedLog)
}, 60_000)

async function faultOf(
  entries: readonly LogEntry[],
  honest: readonly LogEntry[],
): Promise<LogFault | undefined> {
  try {
    await anAuditor(new ServedLog(entries), new ChainBehind(honest)).catchUp()
    return undefined
  } catch (error) {
    if (error instanceof LogFault) return error
    throw error
  }
}

describe('an auditor, and a log that was changed', () => {
  test('[O12] the logs of simulated networks are in order', async () => {
    for (const log of logs) expect(await faultOf(log, log)).toBeUndefined()
  })

  test('[O11] of 10,000 random changes of a byte each one is found, with its entry', () => {
    const random = new Random(99)
    const encoded = logs.flatMap((log) => new ServedLog(log).entries)
    for (let flip = 0; flip < 10_000; flip += 1) {
      const first = random.below(encoded.length - 8)
      const entries = encoded.slice(first, first + 8)
      const hashes = Uint8Array.from(entries.flatMap((entry) => [...leafHashOf(entry)]))
      const bundle = encodeBundle(entries)
      const place = random.below(bundle.length)
      bundle[place] = (bundle[place] ?? 0) ^ (1 + random.below(255))
      let fault: unknown
      try {
        checkedEntries(bundle, hashes, 8, first)
      } catch (error) {
        fault = error
      }
      let end = 0
      const at = entries.findIndex((entry) => (end += 2 + entry.length) > place)
      expect(fault).toBeInstanceOf(LogFault)
      expect((fault as LogFault).index).toBe(first + at)
    }
  })

  test('[O11] a served entry that is not the one in the tree stops the audit there', async () => {
    const [log = []] = logs
    const served = new ServedLog(log)
    const whole = await served.tile({ level: 'entries', index: 0, width: 200 })
    const source = new ServedLog(log)
    source.tile = async (tile) => {
      if (tile.level !== 'entries' || tile.index > 0) return served.tile(tile)
      const bundle = await served.tile(tile)
      bundle[whole.length - 5] = (bundle[whole.length - 5] ?? 0) ^ 1
      return bundle
    }
    await expect(anAuditor(source, new ChainBehind(log)).catchUp()).rejects.toMatchObject({ index: 199 })
  })

  test.each<[string, Partial<LogEntryOf<'rules'>['policy']>]>([
    ['more audits than drawn', { auditRate: 1, probationUnits: 0 }],
    ['a longer probation', { probationUnits: 1_000 }],
    ['no probation', { probationUnits: 0 }],
    ['other spots', { spotsDrawn: 3 }],
    ['no anchors', { anchorShare: 0 }],
    ['longer rounds', { beaconRoundMs: 2_000 }],
  ])('[O12] rules by which the coordinator does not go are refused: %s', async (_name, policy) => {
    const [, log = []] = logs
    const ruled = log.map((entry) =>
      entry.kind === 'rules' ? { ...entry, policy: { ...entry.policy, ...policy } } : entry,
    )
    expect(await faultOf(ruled, log)).toBeInstanceOf(LogFault)
    const unanchored = log.map((entry) => (entry.kind === 'rules' ? { ...entry, anchors: [] } : entry))
    expect(await faultOf(unanchored, log)).toBeInstanceOf(LogFault)
  })

  test('[O12] every field that a dishonest coordinator changes, and signs anew, is refused', async () => {
    const random = new Random(7)
    const uncaught = new Map<string, number>()
    const tried = new Set<string>()
    for (const [number, log] of logs.entries()) {
      const chain = new ChainBehind(log)
      for (const [field, places] of fieldsOf(log)) {
        tried.add(field)
        if (saysNothingOf[field]?.(networks[number] ?? networks[0])) continue
        const index = places[random.below(places.length)] ?? 0
        const changed = changeOf(log, index, field, random)
        if (!changed) continue
        try {
          await anAuditor(new ServedLog(changed), chain).catchUp()
          uncaught.set(field, (uncaught.get(field) ?? 0) + 1)
        } catch (error) {
          if (!(error instanceof LogFault)) throw error
          expect(error.index, field).toBeGreaterThanOrEqual(index)
        }
      }
    }
    expect(tried.size).toBeGreaterThan(50)
    expect([...uncaught]).toEqual([])
  }, 300_000)
})

type Network = Kind

/** Fields from which nothing follows for money or verdicts, and in which networks. */
const saysNothingOf: Readonly<Record<string, (network: Network) => boolean>> = {
  // For people; the refusal is what counts.
  'refusal.reason': () => true,
  // A declaration for what comes after; a test of its own changes it where something does.
  ...Object.fromEntries(
    [
      'anchors',
      'policy.auditRate',
      'policy.auditRateUnspotted',
      'policy.spotsDrawn',
      'policy.anchorShare',
      'policy.probationUnits',
      'policy.beaconRoundMs',
    ].map((field) => [`rules.${field}`, () => true]),
  ),
  // Nothing is drawn about, or only by the verify kernel.
  'job.spottable': ({ audited }) => !audited,
  'reveal.round': ({ audited, checked }) => !audited && !checked,
}

/** Where each field of each kind of entry stands: `kind.field`, with what is inside of objects. */
function fieldsOf(log: readonly LogEntry[]): Map<string, number[]> {
  const fields = new Map<string, number[]>()
  for (const [index, entry] of log.entries())
    for (const path of pathsIn(entry)) {
      const name = `${entry.kind}.${path}`
      fields.set(name, [...(fields.get(name) ?? []), index])
    }
  return fields
}

function pathsIn(value: object): string[] {
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    if (name === 'kind') return []
    if (field !== null && typeof field === 'object' && !Array.isArray(field))
      return pathsIn(field).map((path) => `${name}.${path}`)
    return [name]
  })
}

/** The log with one field changed to something else that could stand there; undefined where nothing could. */
function changeOf(
  log: readonly LogEntry[],
  index: number,
  field: string,
  random: Random,
): LogEntry[] | undefined {
  const copy = structuredClone(log[index]) as unknown as Record<string, unknown>
  const path = field.split('.').slice(1)
  let holder = copy
  for (const name of path.slice(0, -1)) holder = holder[name] as Record<string, unknown>
  const name = path.at(-1) ?? ''
  const former = holder[name]
  for (const candidate of candidatesFor(former, random)) {
    holder[name] = candidate
    try {
      const entry = decodeEntry(new TextEncoder().encode(JSON.stringify(sorted(copy))))
      return log.map((one, place) => (place === index ? entry : one))
    } catch {
      // The schema has already refused it.
    }
  }
  return undefined
}

const words = [
  'exact',
  'tolerance',
  'checker',
  'pass',
  'audit',
  'spots',
  'none',
  'paused',
  'cancelled',
  'accepted',
  'provisional',
  'failed',
  'recalled',
  'spotsOnly',
  'resultDisagrees',
]

function candidatesFor(former: unknown, random: Random): unknown[] {
  if (typeof former === 'boolean') return [!former]
  if (typeof former === 'number')
    return former > 0 && former < 1 ? [1 - former / 2, 0.9] : [former + 1, former - 1, 0.5]
  if (Array.isArray(former))
    return former.length > 0 ? [former.slice(1), []] : [[5], [`0x${'77'.repeat(20)}`]]
  const text = former as string
  if (/^\d+$/.test(text)) return [`${BigInt(text) + 1n}`]
  if (/^[0-9a-f]{8}\//.test(text)) return [text.replace(/\d+$/, (digits) => `${Number(digits) + 1}`)]
  if (text.startsWith('0x')) {
    const place = 2 + random.below(text.length - 2)
    return [text.slice(0, place) + (text[place] === '0' ? '1' : '0') + text.slice(place + 1)]
  }
  if (/^b[a-z2-7]{58}$/.test(text)) return [`${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}`]
  return words.filter((word) => word !== text)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, field]: [string, unknown]) => [name, sorted(field)]),
  )
}
