import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64, toBase64 } from '#protocol/log/base64.ts'
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '#protocol/log/checkpoint.ts'
import { cosign, cosignedAt } from '#protocol/log/cosignature.ts'
import {
  formatNote,
  formatVerifierKey,
  isSignedBy,
  parseNote,
  parseVerifierKey,
  signatureTypes,
  signNote,
  verifierKeyOf,
} from '#protocol/log/note.ts'

/** The example of Go's note package (golang.org/x/mod/sumdb/note), whose format the specification describes. */
const knownText =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const knownNote = `${knownText}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`
const knownKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const knownSecret = fromBase64('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz')?.slice(1) ?? new Uint8Array()

const log = { name: 'mask.example/log', secret: new Uint8Array(32).fill(7) }
const logKey = verifierKeyOf(log, signatureTypes.note)
const head = { origin: log.name, size: 20_852_163, root: `0x${'5a'.repeat(32)}` } as const

describe('signed notes, by C2SP signed-note', () => {
  test('[O4] the known note is signed by its known key', () => {
    const key = parseVerifierKey(knownKey)
    expect(formatVerifierKey(key)).toBe(knownKey)
    expect(isSignedBy(key, parseNote(knownNote))).toBe(true)
    expect(formatNote(parseNote(knownNote))).toBe(knownNote)
  })

  test('[O4] signing the known text with the known secret gives the known note, byte for byte', () => {
    const signer = { name: 'PeterNeumann', secret: knownSecret }
    expect(formatNote({ text: knownText, signatures: [signNote(knownText, signer)] })).toBe(knownNote)
  })

  test('[O4] signatures by unknown keys are passed over, a false one of a known key is refused', () => {
    const key = parseVerifierKey(knownKey)
    const note = parseNote(knownNote)
    const other = signNote(knownText, { ...log, name: 'PeterNeumann' })
    expect(isSignedBy(key, { ...note, signatures: [other] })).toBe(false)
    expect(isSignedBy(key, { ...note, signatures: [other, ...note.signatures] })).toBe(true)
    expect(() => isSignedBy(key, { ...note, text: 'Something else.\n' })).toThrow('does not hold')
  })

  test.each([
    '',
    'text\n',
    'text\n\n',
    'text\n\n— a b\n',
    'text\n\n- name AAAAAAA=\n',
    'te\u0007xt\n\n— name AAAAAAAA\n',
    'text\n\n— na+me AAAAAAAA\n',
    'text\n\n— name AAAAAAAA',
    'text\n\n— name AAAAAAAB=\n',
  ])('[O4] %j is no note', (text) => {
    expect(() => parseNote(text)).toThrow()
  })

  test('[O4] base64 has one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
    for (const text of ['A', 'AA', 'AAA', 'AB==', 'AAB=', 'A===', 'AA=A', 'AA\n=', '_-A='])
      expect(fromBase64(text), text).toBeUndefined()
  })
})

describe('checkpoints and cosignatures', () => {
  test('[O4] a checkpoint is three lines', () => {
    expect(formatCheckpoint(head)).toBe(
      'mask.example/log\n20852163\nWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=\n',
    )
    expect(parseCheckpoint(formatCheckpoint(head))).toEqual(head)
    for (const [from, to] of [
      ['20852163', '020852163'],
      ['20852163', '-1'],
      ['20852163', '9007199254740993'],
      ['Wlpa', 'Wlp'],
      ['mask.example/log', ''],
      ['Wlo=\n', 'Wlo=\nmore\n'],
    ] as const)
      expect(() => parseCheckpoint(formatCheckpoint(head).replace(from, to)), to).toThrow()
  })

  test('[O4] only the log’s own checkpoint opens, and only unchanged', () => {
    const whole = formatNote(signCheckpoint(head, log))
    expect(openCheckpoint(whole, logKey)).toMatchObject(head)
    const stranger = { ...log, secret: new Uint8Array(32).fill(8) }
    expect(() => openCheckpoint(formatNote(signCheckpoint(head, stranger)), logKey)).toThrow('not signed')
    const renamed = signCheckpoint({ ...head, origin: 'another/log' }, log)
    expect(() => openCheckpoint(formatNote(renamed), logKey)).toThrow('is of the log another/log')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 0x7e }), (place, step) => {
        const changed = String.fromCharCode((whole.charCodeAt(place) + step) % 0x7f)
        const text = whole.slice(0, place) + changed + whole.slice(place + 1)
        expect(() => openCheckpoint(text, logKey)).toThrow()
      }),
    )
  })

  test('[O5] a cosignature says when, and holds for its checkpoint and its witness alone', () => {
    const witness = { name: 'witness.example/w1', secret: new Uint8Array(32).fill(9) }
    const key = verifierKeyOf(witness, signatureTypes.cosignature)
    const note = signCheckpoint(head, log)
    const line = cosign(note.text, witness, 1_679_315_147)
    const cosigned = parseNote(formatNote({ ...note, signatures: [...note.signatures, line] }))
    expect(cosignedAt(key, cosigned)).toBe(1_679_315_147)
    expect(openCheckpoint(formatNote(cosigned), logKey)).toMatchObject(head)
    expect(cosignedAt(key, note)).toBeUndefined()
    expect(cosignedAt(key, { ...cosigned, text: formatCheckpoint({ ...head, size: 1 }) })).toBeUndefined()
    const later = Uint8Array.from(line.bytes)
    later[7] = 1
    expect(cosignedAt(key, { ...note, signatures: [{ ...line, bytes: later }] })).toBeUndefined()
    // The same key as a note's signer: the type tells them apart.
    expect(cosignedAt({ ...key, type: signatureTypes.note }, cosigned)).toBeUndefined()
  })
})
