import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigEndian, concatBytes } from '#protocol/bytes.ts'
import { encodeFrames, FrameReader, toJson, type Message } from '#protocol/frames.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import { refusalOf } from './refusal-of.ts'

const { frameBytesMax } = limits
const emptyHeaderBytes = '{}'.length
const prefixBytes = 8

/** Bytes that differ from place to place, so that frames in the wrong order show. */
const pattern = (length: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff)

/** Feeds frames to one reader; gives back all messages they made. */
function readAll(frames: readonly Uint8Array[], reader = new FrameReader()): Message[] {
  return frames.flatMap((frame) => reader.push(frame) ?? [])
}

const frame = (total: number, headerBytes: number, rest: Uint8Array = new Uint8Array()) =>
  concatBytes(bigEndian(total, 4), bigEndian(headerBytes, 4), rest)

describe('frames', () => {
  const sizes = fc.oneof(
    fc.nat(300 * 1024),
    fc.nat(40),
    // Exactly full frames, and one byte to each side.
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -1, max: 1 }))
      .map(([count, offset]) => count * frameBytesMax - prefixBytes - emptyHeaderBytes + offset),
  )
  test('[P7] a message of any size comes back as it was sent', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const payload = pattern(size)
        const frames = encodeFrames({}, payload)
        expect(frames).toHaveLength(Math.ceil((prefixBytes + emptyHeaderBytes + size) / frameBytesMax))
        expect(frames.every(({ length }) => length > 0 && length <= frameBytesMax)).toBe(true)
        const [message, ...more] = readAll(frames)
        expect(more).toEqual([])
        expect(message?.header).toEqual({})
        expect(Buffer.from(message?.payload ?? []).equals(payload)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('[P7] the largest result survives, one byte more is not sent', () => {
    const [message] = readAll(encodeFrames({ type: 'reveal' }, new Uint8Array(limits.resultBytesMax)))
    expect(message?.payload).toHaveLength(limits.resultBytesMax)
    expect(refusalOf(() => encodeFrames({}, new Uint8Array(limits.resultBytesMax + 1))).reason).toBe(
      'tooLarge',
    )
    expect(refusalOf(() => encodeFrames('h'.repeat(limits.headerBytesMax))).reason).toBe('tooLarge')
  })

  test('[P7] one reader takes one message after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.json(), fc.nat(70_000)), { maxLength: 5 }), (messages) => {
        const frames = messages.flatMap(([header, size]) => encodeFrames(JSON.parse(header), pattern(size)))
        const read = readAll(frames)
        expect(read.map(({ header }) => header)).toEqual(
          messages.map(([header]) => JSON.parse(header) as unknown),
        )
        expect(read.map(({ payload }) => payload.length)).toEqual(messages.map(([, size]) => size))
      }),
      { numRuns: 40 },
    )
  })

  test('[P7] a message that is cut off is never taken for whole', () => {
    const frames = encodeFrames({ type: 'reveal' }, pattern(3 * frameBytesMax))
    expect(readAll(frames.slice(0, -1))).toEqual([])
    const [first = new Uint8Array()] = frames
    expect(readAll([first.slice(0, 20)])).toEqual([])
  })

  test.each<[fault: string, frames: Uint8Array[], reason: string]>([
    ['an empty frame', [new Uint8Array()], 'malformed'],
    ['a frame beyond the bound', [new Uint8Array(frameBytesMax + 1)], 'malformed'],
    ['half a prefix', [new Uint8Array(7)], 'malformed'],
    ['a total below its prefix', [frame(7, 0)], 'malformed'],
    ['a total beyond every limit', [frame(0xffff_ffff, 2)], 'tooLarge'],
    [
      'a total one beyond the limit',
      [frame(8 + limits.headerBytesMax + limits.resultBytesMax + 1, 2)],
      'tooLarge',
    ],
    ['more bytes than announced', [frame(10, 2, pattern(3))], 'malformed'],
    ['more bytes than announced, later', [frame(12, 2, pattern(2)), pattern(3)], 'malformed'],
    ['a header longer than its message', [frame(10, 3, pattern(2))], 'malformed'],
    [
      'a header beyond its bound',
      [
        frame(
          8 + limits.headerBytesMax + 1,
          limits.headerBytesMax + 1,
          new Uint8Array(limits.headerBytesMax + 1).fill(0x20),
        ),
      ],
      'malformed',
    ],
    ['no header', [frame(8, 0)], 'malformed'],
    ['a header that is no JSON', [frame(10, 2, Uint8Array.of(0x7b, 0x7b))], 'malformed'],
    ['a header that is no text', [frame(10, 2, Uint8Array.of(0xff, 0xff))], 'malformed'],
  ])('[P7] %s is refused', (_fault, frames, reason) => {
    expect(refusalOf(() => readAll(frames)).reason).toBe(reason)
  })

  test('[P7] a lying prefix costs no memory before it is refused', () => {
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 2_000 }, () => new FrameReader())
    for (const reader of readers) refusalOf(() => reader.push(frame(0x7fff_ffff, 2)))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024)
  })

  test('[P7] random frames make nothing but messages and refusals', () => {
    const tail = fc.uint8Array({ maxLength: 80 })
    const frames = fc.oneof(
      tail,
      fc
        .tuple(fc.nat(120), fc.nat(60), tail)
        .map(([total, headerBytes, rest]) => frame(total, headerBytes, rest)),
      fc.json({ maxDepth: 1 }).map((text) => encodeFrames(JSON.parse(text))[0] ?? new Uint8Array()),
    )
    const seen = { messages: 0, refusals: 0 }
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 6 }), (sent) => {
        try {
          seen.messages += readAll(sent).length
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          seen.refusals += 1
        }
      }),
      { numRuns: 3_000 },
    )
    expect(seen.messages).toBeGreaterThan(100)
    expect(seen.refusals).toBeGreaterThan(100)
  })

  test('[M8] on the wire a sum is a decimal string', () => {
    expect(toJson({ payWei: 2n ** 80n, rest: [1n] })).toBe(
      '{"payWei":"1208925819614629174706176","rest":["1"]}',
    )
  })
})
