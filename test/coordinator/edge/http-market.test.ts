import * as v from 'valibot'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, describe, expect, test } from 'vitest'
import {
  jobViewSchema,
  marketViewSchema,
  problemSchema,
  type JobAction,
  type JobEvent,
} from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { jobControlTypedData } from '#protocol/job-control.ts'
import { encodeJobSpec } from '#protocol/job-spec.ts'
import { protocolVersion } from '#protocol/limits.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { aManifestJson } from '#test/protocol/a-manifest.ts'
import { aJob, chainId, providerOf, resultOf, World } from '../core/a-world.ts'
import { anHttpApp, type HttpAppUnderTest } from './an-http-app.ts'

const requester = privateKeyToAccount(`0x${'07'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'08'.repeat(32)}`)
const requesterAddress = requester.address.toLowerCase() as Hex

let under: HttpAppUnderTest
afterEach(() => under.dispose())

async function open(world: World): Promise<World> {
  under = await anHttpApp({}, world)
  return world
}

const ask = async (path: string, init: RequestInit = {}) =>
  under.app.request(path, { ...init, headers: { host: 'localhost:8787' } })
const post = (path: string, body: unknown) => ask(path, { method: 'POST', body: JSON.stringify(body) })
const jobOf = async (path: string) => v.parse(jobViewSchema, await (await ask(path)).json())
const problemOf = async (response: Response) => v.parse(problemSchema, await response.json())

describe('GET /api/v1/market', () => {
  const market = async (query = '') =>
    v.parse(marketViewSchema, await (await ask(`/api/v1/market${query}`)).json())

  test('[H6] an empty market has no prices and nobody in it', async () => {
    await open(new World({ terms: aJob({ unitCount: 3 }) }))
    expect(await market()).toMatchObject({
      ...{ goingRateWeiPerHour: null, asksWeiPerHour: null, fillProbability: null },
      ...{ providersOnline: 0, providersFree: 0, queuedUnits: 3 },
    })
  })

  test('[H6] shows what those online ask, and how likely a bid is taken', async () => {
    const world = await open(new World({ funded: false }))
    for (const name of 'ABC') world.join(name, 1, { minimumWeiPerHour: 3_600n })
    expect(await market()).toMatchObject({
      ...{ providersOnline: 3, providersFree: 3 },
      asksWeiPerHour: { low: 3_600n, median: 3_600n, high: 3_600n },
    })
    // An hour of a common GPU earns a million times what they ask, or nothing.
    expect((await market('?perUnitWei=1000000&unitMs=1000')).fillProbability).toBe(1)
    expect((await market('?perUnitWei=0&unitMs=1000')).fillProbability).toBe(0)
  })

  test.each(['?perUnitWei=1', '?unitMs=1', '?perUnitWei=-1&unitMs=1', '?perUnitWei=1&unitMs=0', '?price=1'])(
    '[H1] %s is no bid',
    async (query) => {
      await open(new World())
      const response = await ask(`/api/v1/market${query}`)
      expect(response.status).toBe(400)
      expect((await problemOf(response)).reason).toBe('malformed')
    },
  )
})

describe('why a job waits', () => {
  test('[H7] is in its view, and tells who fails what', async () => {
    const world = await open(
      new World({ terms: aJob({ needs: { features: ['shader-f16'] } }), funded: false }),
    )
    const path = `/api/v1/jobs/${world.terms.id}`
    expect((await jobOf(path)).waiting).toMatchObject({ reason: 'awaitingFunds', providersOnline: 0 })
    world.fund(world.terms.plan.budgetWei)
    expect((await jobOf(path)).waiting).toMatchObject({ reason: 'noProviders' })
    for (const name of 'AB') world.join(name)
    expect((await jobOf(path)).waiting).toMatchObject({
      ...{ reason: 'nobodyMatches', providersOnline: 2, matching: 0 },
      failing: [{ condition: 'feature', feature: 'shader-f16', providers: 2, only: 2 }],
      suggestions: [{ change: { kind: 'feature', feature: 'shader-f16' }, matches: 2 }],
    })
    for (const name of 'CD') world.join(name, 1, { features: ['shader-f16'] })
    expect((await jobOf(path)).waiting).toBeNull()
  })

  test('[H7] a watcher hears of it though nothing of the job has changed', async () => {
    const world = await open(new World())
    const reader = (await ask(`/api/v1/jobs/${world.terms.id}/events`)).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader()
    const next = async () =>
      JSON.parse((await reader?.read())?.value?.replace(/^data: /, '') ?? '') as JobEvent
    expect(await next()).toMatchObject({ kind: 'snapshot', job: { waiting: { reason: 'noProviders' } } })
    world.join('A', 1, { causes: { never: ['science'] } })
    expect(await next()).toMatchObject({
      ...{ kind: 'units', changed: [] },
      job: { waiting: { reason: 'nobodyMatches', failing: [{ condition: 'cause', providers: 1 }] } },
    })
    await reader?.cancel()
  })

  test.each<[what: string, changes: Record<string, unknown>, reason: string, where: string]>([
    [
      'a limit no device has',
      { requires: { limits: { maxComputeWorkgroupSizeX: 4_096 } } },
      ...(['jobUnrunnable', 'requires.limits.maxComputeWorkgroupSizeX'] as const),
    ],
    ['memory no tab lends', { requires: { memoryMiB: 500_000 } }, 'jobUnrunnable', 'requires.memoryMiB'],
    ['a speed nobody reaches', { requires: { gflops: 1e9 } }, 'jobUnrunnable', 'requires.gflops'],
    ['a deadline that has passed', { deadline: '1970-01-01T00:00:01Z' }, 'deadlinePassed', 'deadline'],
  ])('[H7] %s: refused when it is submitted', async (_what, changes, reason, where) => {
    await open(new World())
    const manifest = requireComplete(parseManifest(aManifestJson(changes)))
    const kernel = await under.blobs.put(new TextEncoder().encode('@compute fn main() {}'))
    const numbers = await under.blobs.put(Uint8Array.of(1))
    const spec = await under.blobs.put(
      encodeJobSpec({ version: protocolVersion, manifest, kernel, inputs: { numbers } }),
    )
    const request = { spec, requester: providerOf('R'), nonce: `0x${'00'.repeat(32)}` }
    const response = await post('/api/v1/jobs', request)
    expect(response.status).toBe(422)
    const problem = await problemOf(response)
    expect(problem).toMatchObject({ reason, where })
    expect(problem.next).toMatch(/\w+.*\.$/)
    expect(under.world.state.jobs.size).toBe(1)
  })
})

describe('POST /api/v1/jobs/{id}/control', () => {
  const control = async (action: JobAction, changes: { by?: typeof requester; atMs?: number } = {}) => {
    const { by = requester, atMs = under.world.nowMs } = changes
    const { id: job } = under.world.terms
    const signature = await by.signTypedData(jobControlTypedData({ chainId, job, action, atMs }))
    return post(`/api/v1/jobs/${job}/control`, { action, atMs, signature })
  }
  const openOwn = () =>
    open(new World({ terms: aJob({ unitCount: 3, requester: requesterAddress }), providers: 'A' }))

  test('[H8] pauses, resumes and cancels; what is so already stays so', async () => {
    const world = await openOwn()
    for (const [action, expected] of [
      ['pause', 'paused'],
      ['pause', 'paused'],
      ['resume', 'none'],
      ['cancel', 'cancelled'],
      ['cancel', 'cancelled'],
    ] as const) {
      world.nowMs += 1
      const response = await control(action)
      expect(response.status).toBe(200)
      expect(v.parse(jobViewSchema, await response.json()).control).toBe(expected)
    }
    world.nowMs += 1
    const late = await control('resume')
    expect(late.status).toBe(409)
    expect((await problemOf(late)).reason).toBe('wrongState')
  })

  test('[H8] a stranger, an old request and one that was heard are turned away', async () => {
    const world = await openOwn()
    const atMs = world.nowMs + 1
    world.nowMs += 2
    const refused = async (changes: Parameters<typeof control>[1]) => {
      const response = await control('pause', changes)
      return [response.status, (await problemOf(response)).reason]
    }
    expect(await refused({ by: stranger })).toEqual([401, 'badSignature'])
    expect(await refused({ atMs: atMs - 1_000_000 })).toEqual([403, 'unauthorised'])
    expect(world.job.control).toBe('none')
    expect((await control('pause', { atMs })).status).toBe(200)
    expect((await control('resume', { atMs: atMs + 1 })).status).toBe(200)
    expect(await refused({ atMs })).toEqual([403, 'unauthorised'])
    expect(world.job.control).toBe('none')
  })

  test.each<[what: string, path: string, body: string, status: number, reason: string]>([
    ['an unknown job', `0x${'00'.repeat(32)}`, aRequest({}), 404, 'notFound'],
    ['another action', '', aRequest({ action: 'delete' }), 400, 'malformed'],
    ['a field more', '', aRequest({ force: true }), 400, 'malformed'],
    ['no signature', '', aRequest({ signature: undefined }), 400, 'malformed'],
    ['a long body', '', ' '.repeat(2_000), 413, 'tooLarge'],
  ])('[H1] %s is a problem', async (_what, id, body, status, reason) => {
    const world = await openOwn()
    const path = `/api/v1/jobs/${id === '' ? world.terms.id : id}/control`
    const response = await ask(path, { method: 'POST', body })
    expect([response.status, (await problemOf(response)).reason]).toEqual([status, reason])
  })
})

describe('GET …/units/{index}/result', () => {
  const resultOfUnit = (world: World, unit = 0) => ask(`/api/v1/jobs/${world.terms.id}/units/${unit}/result`)

  test('[H9] a final result is verified', async () => {
    const world = await open(new World({ providers: 'AB' }))
    for (const name of 'AB') world.deliver(name, 7)
    expect((await resultOfUnit(world)).headers.get('mask-verification')).toBe('verified')
  })

  test('[H9] one that may still be taken back says so, and so does the job', async () => {
    const world = await open(new World({ terms: aJob({ unitCount: 2, quorum: 1 }), anchors: 'A' }))
    world.happens({ kind: 'beaconPublished', round: 1, value: `0x${'11'.repeat(32)}` })
    world.join('A')
    world.deliver('A', 7)
    expect(world.conditionOf(0)).toBe('provisional')
    const response = await resultOfUnit(world)
    expect(response.headers.get('mask-verification')).toBe('provisional')
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(resultOf(7))
    expect(await jobOf(`/api/v1/jobs/${world.terms.id}`)).toMatchObject({
      ...{ chargedWei: 0n, provisionalWei: world.terms.plan.unitPriceWei },
      units: { provisional: 1, accepted: 0 },
    })
  })

  test.each([1, 999_999])('[H9] unit %i has none', async (unit) => {
    const world = await open(new World({ terms: aJob({ unitCount: 2 }), providers: 'AB' }))
    expect((await resultOfUnit(world, unit)).status).toBe(404)
  })
})

function aRequest(changes: Record<string, unknown>): string {
  return JSON.stringify({ action: 'pause', atMs: 1, signature: `0x${'00'.repeat(65)}`, ...changes })
}
