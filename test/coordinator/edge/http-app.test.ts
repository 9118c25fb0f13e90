import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  jobViewSchema,
  networkViewSchema,
  problemSchema,
  providerViewSchema,
  ticketViewSchema,
} from '#protocol/api.ts'
import { resultDigestOf } from '#protocol/commitment.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import { encodeJobSpec } from '#protocol/job-spec.ts'
import { limits } from '#protocol/limits.ts'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { protocolVersion } from '#protocol/limits.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { isAllowedHost } from '#coordinator/edge/http/host-check.ts'
import { aManifestJson } from '#test/protocol/a-manifest.ts'
import { resultOf, providerOf } from '../core/a-world.ts'
import { anHttpApp, type HttpAppUnderTest } from './an-http-app.ts'

const bytes = Uint8Array.of(1, 2, 3)
const cid = contentIdOf(bytes)
const unknown = `0x${'00'.repeat(32)}`

describe('the HTTP app', () => {
  let under: HttpAppUnderTest
  beforeEach(async () => {
    under = await anHttpApp()
  })
  afterEach(() => under.dispose())

  const ask = async (path: string, init: RequestInit & { host?: string } = {}) => {
    const { host = 'localhost:8787', ...rest } = init
    return under.app.request(path, {
      ...rest,
      headers: { host, ...(rest.headers as Record<string, string>) },
    })
  }
  const post = (path: string, body: unknown) => ask(path, { method: 'POST', body: JSON.stringify(body) })
  const problemOf = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = v.parse(problemSchema, await response.json())
    expect(problem.status).toBe(response.status)
    return problem
  }

  test.each<[path: string, schema: v.GenericSchema]>([
    ['/api/v1/network', networkViewSchema],
    ['/api/v1/jobs', v.array(jobViewSchema)],
    [`/api/v1/providers/${providerOf('A').toUpperCase().replace('X', 'x')}`, providerViewSchema],
  ])('[H1] GET %s answers by its schema', async (path, schema) => {
    const response = await ask(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(v.is(schema, await response.json())).toBe(true)
  })

  test('[T1] POST /api/v1/tickets mints a ticket', async () => {
    const response = await ask('/api/v1/tickets', { method: 'POST' })
    expect(response.status).toBe(201)
    expect(v.is(ticketViewSchema, await response.json())).toBe(true)
  })

  test('[D4] a blob is stored under its content id and comes back', async () => {
    expect((await ask(`/api/v1/blobs/${cid}`, { method: 'PUT', body: bytes })).status).toBe(201)
    const response = await ask(`/api/v1/blobs/${cid}`)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
    expect(response.headers.get('cache-control')).toContain('immutable')
  })

  test('[D4] bytes under another’s content id are refused and not kept', async () => {
    const other = contentIdOf(Uint8Array.of(9))
    const problem = await problemOf(await ask(`/api/v1/blobs/${other}`, { method: 'PUT', body: bytes }))
    expect(problem).toMatchObject({
      reason: 'malformed',
      status: 400,
      where: other,
      next: 'Send them again.',
    })
    expect(problem.detail).toContain(cid)
    expect([await under.blobs.has(other), await under.blobs.has(cid)]).toEqual([false, false])
  })

  test.each<[path: string, init: RequestInit, status: number, reason: string]>([
    [`/api/v1/jobs/${unknown}`, {}, 404, 'notFound'],
    [`/api/v1/jobs/${unknown}/events`, {}, 404, 'notFound'],
    [`/api/v1/jobs/${unknown}/units/0/result`, {}, 404, 'notFound'],
    ['/api/v1/jobs/0x12', {}, 400, 'malformed'],
    [`/api/v1/blobs/${cid}`, {}, 404, 'notFound'],
    ['/api/v1/blobs/..%2f..%2fmask.sqlite', {}, 400, 'malformed'],
    ['/api/v1/providers/0x12', {}, 400, 'malformed'],
    ['/api/v1/jobs', { method: 'POST', body: '{' }, 400, 'malformed'],
    ['/api/v1/jobs', { method: 'POST', body: '{}' }, 400, 'malformed'],
    [
      '/api/v1/jobs',
      {
        method: 'POST',
        body: JSON.stringify({ spec: cid, requester: providerOf('A'), nonce: unknown, price: 1 }),
      },
      400,
      'malformed',
    ],
    ['/api/v1/jobs', { method: 'POST', body: ' '.repeat(limits.manifestBytesMax + 1) }, 413, 'tooLarge'],
    [
      '/api/v1/jobs',
      { method: 'POST', body: JSON.stringify({ spec: cid, requester: providerOf('A'), nonce: unknown }) },
      409,
      'blobMissing',
    ],
    [
      '/api/v1/faucet',
      { method: 'POST', body: JSON.stringify({ address: providerOf('A') }) },
      404,
      'notFound',
    ],
    ['/rpc', { method: 'POST', body: '[]' }, 400, 'malformed'],
    [
      '/rpc',
      { method: 'POST', body: JSON.stringify({ jsonrpc: '1.0', id: 1, method: 'eth_chainId' }) },
      400,
      'malformed',
    ],
    ['/api/v1/nothing', {}, 404, 'notFound'],
    ['/api/v1/network', { method: 'DELETE' }, 404, 'notFound'],
  ])('[H1] %s %j is a problem: %i %s', async (path, init, status, reason) => {
    const problem = await problemOf(await ask(path, init))
    expect(problem).toMatchObject({ status, reason, title: reason })
    expect(problem.detail).toMatch(/\w+.*\.$/)
  })

  test('[H1] a mistake of ours is a problem, too, and tells nothing of its insides', async () => {
    const broken = await anHttpApp({
      jobs: () => {
        throw new Error('SELECT password FROM secrets')
      },
    })
    const response = await broken.app.request('/api/v1/jobs', { headers: { host: 'localhost' } })
    const problem = await problemOf(response)
    expect(problem).toMatchObject({ status: 500, reason: 'internal' })
    expect(JSON.stringify(problem)).not.toContain('secrets')
    await broken.dispose()
  })

  test('[J6] a job whose blobs are here is taken, and the same request again answers the same job', async () => {
    const manifest = requireComplete(parseManifest(aManifestJson()))
    const kernel = await under.blobs.put(new TextEncoder().encode('@compute fn main() {}'))
    const numbers = await under.blobs.put(bytes)
    const spec = await under.blobs.put(
      encodeJobSpec({ version: protocolVersion, manifest, kernel, inputs: { numbers } }),
    )
    const request = { spec, requester: providerOf('R'), nonce: unknown }
    const [first, second] = [await post('/api/v1/jobs', request), await post('/api/v1/jobs', request)]
    expect([first.status, second.status]).toEqual([201, 201])
    const view = v.parse(jobViewSchema, await first.json())
    expect(view).toMatchObject({ state: 'awaitingFunds', unitCount: 3, costWei: 15n * 10n ** 17n })
    expect(v.parse(jobViewSchema, await second.json())).toEqual(view)
  })

  test('[D1] the canonical result is served once the unit is accepted, not before', async () => {
    const path = `/api/v1/jobs/${under.world.terms.id}/units/0/result`
    expect((await problemOf(await ask(path))).reason).toBe('notFound')
    for (const name of 'AB') under.world.deliver(name, 7)
    const response = await ask(path)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(resultOf(7))
    const digest = Buffer.from(resultDigestOf(resultOf(7)).slice(2), 'hex').toString('base64')
    expect(response.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`)
  })

  test('[J1] a watch begins with a snapshot and goes on with what changes', async () => {
    const { world, watch } = under
    const reader = (await ask(`/api/v1/jobs/${world.terms.id}/events`)).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader()
    const next = async () =>
      JSON.parse((await reader?.read())?.value?.replace(/^data: /, '') ?? '') as unknown
    expect(await next()).toMatchObject({ kind: 'snapshot', units: 'l', job: { chargedWei: '0' } })
    world.commit('A', 1)
    watch.announce(world.effects)
    expect(await next()).toMatchObject({ kind: 'units', changed: [[0, 'c']] })
    await reader?.cancel()
  })

  test('[H3] the relay answers in JSON-RPC, refusals and reverts included', async () => {
    const rpc = async (method: string): Promise<unknown> =>
      (await post('/rpc', { jsonrpc: '2.0', id: 5, method, params: [] })).json()
    expect(await rpc('eth_chainId')).toEqual({ jsonrpc: '2.0', id: 5, result: '0x7a69' })
    expect(await rpc('eth_getTransactionReceipt')).toEqual({ jsonrpc: '2.0', id: 5, result: null })
    expect(await rpc('evm_mine')).toMatchObject({ id: 5, error: { code: -32601 } })
    expect(await rpc('eth_call')).toEqual({
      jsonrpc: '2.0',
      id: 5,
      error: { code: 3, message: 'reverted', data: '0x08' },
    })
  })

  test('[H5] page and API come under a policy without inline script or foreign origin', async () => {
    for (const path of ['/', '/api/v1/network']) {
      const response = await ask(path)
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(response.status).toBe(200)
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/.git/config'])(
    '[H5] %s is not served',
    async (path) => {
      expect((await ask(path)).status).toBe(404)
    },
  )

  test('[H2] a request under a foreign name is refused before anything else', async () => {
    const response = await ask('/api/v1/network', { host: 'evil.example' })
    expect(await problemOf(response)).toMatchObject({ status: 403, reason: 'unauthorised', where: 'Host' })
    expect((await ask('/healthz', { host: 'mask.example' })).status).toBe(200)
  })
})

describe('host names', () => {
  test.each([
    'localhost',
    'localhost:1',
    'LOCALHOST:8787',
    '127.0.0.1',
    '127.0.0.1:8787',
    '[::1]',
    '[::1]:8787',
    'mask.example',
    'Mask.Example:443',
  ])('[H2] %s is ours', (host) => {
    expect(isAllowedHost(host, ['mask.example'])).toBe(true)
  })
  test.each([
    ...[
      undefined,
      '',
      ':8787',
      'evil.example',
      'localhost.evil.example',
      'evil.localhost',
      'localhost:8787:1',
      'localhost:',
    ],
    ...[
      'localhost@evil.example',
      '127.0.0.1.nip.io',
      '127.0.0.2',
      '0.0.0.0',
      '[::]',
      '::1',
      'mask.example.',
      'x.mask.example',
    ],
    ...[' localhost', 'localhost ', 'localhost/', 'localhost\n', 'mask_example'],
  ])('[H2] %j is not', (host) => {
    expect(isAllowedHost(host, ['mask.example'])).toBe(false)
  })
})
