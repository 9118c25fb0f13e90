import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterSignal } from '#coordinator/edge/webrtc/signalling-filter.ts'

type Fields = Record<string, unknown>
const host = 'candidate:1 1 UDP 2122252543 192.0.2.7 50000 typ host'
const hidden = 'candidate:2 1 UDP 2122252543 4f1a9e2c-0b7d.local 50001 typ host'
const sdpOf = (...lines: string[]) =>
  ['v=0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...lines, ''].join('\r\n')

function anOffer(payload: Fields = {}, rest: Fields = {}): Fields {
  return {
    type: 'OFFER',
    src: 'provider-1',
    dst: 'coordinator-1',
    payload: {
      type: 'data',
      connectionId: 'dc_a1b2',
      sdp: { type: 'offer', sdp: sdpOf(`a=${host}`) },
      label: 'dc_a1b2',
      reliable: true,
      serialization: 'raw',
      ...payload,
    },
    ...rest,
  }
}

function aCandidate(candidate: Fields = {}, payload: Fields = {}): Fields {
  const whole = { candidate: host, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: null, ...candidate }
  return {
    type: 'CANDIDATE',
    src: 'provider-1',
    dst: 'coordinator-1',
    payload: { type: 'data', connectionId: 'dc_a1b2', candidate: whole, ...payload },
  }
}

const filtered = (signal: unknown): unknown => {
  const passed = filterSignal(JSON.stringify(signal))
  return passed === undefined ? undefined : (JSON.parse(passed) as unknown)
}

describe('signals that pass', () => {
  test.each<[what: string, signal: Fields]>([
    ['our own opening', { type: 'OPEN' }],
    ['a heartbeat', { type: 'HEARTBEAT' }],
    ['an offer', anOffer()],
    ['a candidate', aCandidate()],
    ['the end of candidates', aCandidate({ candidate: '' })],
    ['a candidate of IPv6', aCandidate({ candidate: 'candidate:1 1 UDP 1 2001:db8::7 50000 typ host' })],
    ['a peer that leaves', { type: 'LEAVE', src: 'provider-1' }],
    ['an id that is taken', { type: 'ID-TAKEN', payload: { msg: 'ID is taken' } }],
  ])('[T3] %s, unchanged', (_what, signal) => {
    expect(filtered(signal)).toEqual(signal)
  })

  test('[T3] they are rebuilt from what was checked: nothing else comes along', () => {
    const rich = anOffer(
      { metadata: { __proto__: null, x: 1 }, browser: 'none' },
      { extra: 1, constructor: 'x' },
    )
    expect(filtered(rich)).toEqual(anOffer())
    expect(filterSignal('{"type":"OPEN","__proto__":{"polluted":true}}')).toBe('{"type":"OPEN"}')
    expect(filtered(aCandidate({ foundation: '1', address: 'x.local' }))).toEqual(aCandidate())
  })
})

describe('hidden addresses', () => {
  test.each([
    hidden,
    hidden.replace('.local', '.LOCAL'),
    hidden.replace('.local', '.local.'),
    hidden.replace('4f1a9e2c-0b7d.local', 'slow.name.server.example'),
    hidden.replace('4f1a9e2c-0b7d.local', 'cafe.de'),
    hidden.replace('4f1a9e2c-0b7d.local', ''),
    `  ${host}`,
    'candidate:',
  ])('[T3] the candidate "%s" is dropped', (candidate) => {
    expect(filtered(aCandidate({ candidate }))).toBeUndefined()
  })

  test.each(['\r\n', '\n'])('[T3] they are cut out of an offer whose lines end with %j', (end) => {
    const sdp = sdpOf(
      `a=${host}`,
      `a=${hidden}`,
      `a=${hidden.replace('.local', '.LOCAL')}`,
      'a=end',
    ).replaceAll('\r\n', end)
    const passed = filtered(anOffer({ sdp: { type: 'offer', sdp } }))
    expect(passed).toMatchObject({ payload: { sdp: { sdp: sdpOf(`a=${host}`, 'a=end') } } })
  })
})

describe('signals that do not', () => {
  test.each<[what: string, text: string]>([
    ['nothing', ''],
    ['no JSON', '{"type":'],
    ['null', 'null'],
    ['a list', '[{"type":"OPEN"}]'],
    ['text', '"OPEN"'],
    ['no type', '{}'],
    ['an unknown type', '{"type":"EVAL"}'],
    ['an inherited type', '{"type":"toString"}'],
    ['an answer, which we never wait for', JSON.stringify({ ...anOffer(), type: 'ANSWER' })],
    ['an offer without a payload', JSON.stringify({ ...anOffer(), payload: undefined })],
    ['an offer from nobody', JSON.stringify(anOffer({}, { src: undefined }))],
    ['an offer of a call', JSON.stringify(anOffer({ type: 'media' }))],
    ['an offer without a description', JSON.stringify(anOffer({ sdp: undefined }))],
    ['an offer that answers', JSON.stringify(anOffer({ sdp: { type: 'answer', sdp: 'v=0' } }))],
    ['an offer with an empty description', JSON.stringify(anOffer({ sdp: { type: 'offer', sdp: '' } }))],
    ['an offer without end', JSON.stringify(anOffer({ sdp: { type: 'offer', sdp: 'a'.repeat(20_001) } }))],
    ['another serialization', JSON.stringify(anOffer({ serialization: 'json' }))],
    ['no serialization', JSON.stringify(anOffer({ serialization: undefined }))],
    ['a foreign connection id', JSON.stringify(anOffer({ connectionId: 'mc_1' }))],
    ['a connection id that is an object’s', JSON.stringify(anOffer({ connectionId: '__proto__' }))],
    ['a label without end', JSON.stringify(anOffer({ label: 'l'.repeat(101) }))],
    ['a source without end', JSON.stringify(anOffer({}, { src: 's'.repeat(101) }))],
    ['a candidate without its text', JSON.stringify(aCandidate({ candidate: undefined }))],
    ['a candidate without end', JSON.stringify(aCandidate({ candidate: 'c'.repeat(1_001) }))],
    ['a candidate of line −1', JSON.stringify(aCandidate({ sdpMLineIndex: -1 }))],
    ['a candidate of a call', JSON.stringify(aCandidate({}, { type: 'media' }))],
  ])('[T3] %s', (_what, text) => {
    expect(filterSignal(text)).toBeUndefined()
  })

  test('[T3] no text of a stranger throws, and what passes passes again unchanged', () => {
    const broken = fc
      .tuple(fc.constantFrom(anOffer(), aCandidate()), fc.jsonValue(), fc.nat(12))
      .map(([signal, value, place]) => {
        // A key that is not looked at does no harm: these pass.
        const keys = [...Object.keys(signal['payload'] as Fields), 'extra']
        const key = keys[place % keys.length] ?? 'type'
        return JSON.stringify({ ...signal, payload: { ...(signal['payload'] as Fields), [key]: value } })
      })
    const seen = { passed: 0, dropped: 0 }
    fc.assert(
      fc.property(fc.oneof(broken, fc.json(), fc.string()), (text) => {
        const passed = filterSignal(text)
        if (passed === undefined) seen.dropped += 1
        else {
          seen.passed += 1
          expect(filterSignal(passed)).toBe(passed)
          expect(passed).not.toContain('.local')
        }
      }),
      { numRuns: 5_000 },
    )
    expect(seen.dropped).toBeGreaterThan(2_000)
    expect(seen.passed).toBeGreaterThan(50)
  })
})
