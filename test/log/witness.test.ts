import { describe, expect, test } from 'vitest'
import { signCheckpoint } from '#protocol/log/checkpoint.ts'
import { cosignedAt } from '#protocol/log/cosignature.ts'
import { GrowingTree } from '#protocol/log/growing-tree.ts'
import { leafHashOf, type TreeHead } from '#protocol/log/merkle.ts'
import { parseNote, formatNote, signatureTypes, verifierKeyOf } from '#protocol/log/note.ts'
import { formatAddCheckpoint, parseAddCheckpoint, witnessAnswerTo } from '#protocol/log/witness.ts'
import { naiveConsistency } from './naive-tree.ts'

const log = { name: 'mask.example/log', secret: new Uint8Array(32).fill(7) }
const signer = { name: 'witness.example/w1', secret: new Uint8Array(32).fill(9) }
const entries = Array.from({ length: 30 }, (_, index) => Uint8Array.of(index))

function headAt(size: number, list: readonly Uint8Array[] = entries): TreeHead {
  const tree = new GrowingTree()
  for (const entry of list.slice(0, size)) tree.append(leafHashOf(entry))
  return tree.head
}

function request(
  oldSize: number,
  size: number,
  changes: { by?: typeof log; list?: readonly Uint8Array[] } = {},
) {
  const note = signCheckpoint({ origin: log.name, ...headAt(size, changes.list) }, changes.by ?? log)
  const proof = oldSize === 0 || oldSize >= size ? [] : naiveConsistency(oldSize, entries.slice(0, size))
  return formatAddCheckpoint({ oldSize, proof, note })
}

function witnessAt(last: TreeHead | undefined) {
  const logs = [verifierKeyOf(log, signatureTypes.note)]
  return { signer, logs, lastOf: () => last }
}

describe('a witness, by C2SP tlog-witness', () => {
  test('[O5] what extends the last head is cosigned, and recorded before the answer', () => {
    for (const [old, size] of [
      [0, 1],
      [0, 20],
      [20, 20],
      [20, 29],
    ] as const) {
      const body = request(old, size)
      const last = old === 0 ? undefined : headAt(old)
      const answer = witnessAnswerTo(body, witnessAt(last), 1_700_000_000)
      expect(answer).toMatchObject({ status: 200, record: { origin: log.name, ...headAt(size) } })
      const cosigned = parseNote(`${formatNote(parseAddCheckpoint(body).note)}${answer.body}`)
      expect(cosignedAt(verifierKeyOf(signer, signatureTypes.cosignature), cosigned)).toBe(1_700_000_000)
    }
  })

  test('[O5] a fork is refused: of the same size, and of a larger one', () => {
    const other = [Uint8Array.of(99), ...entries.slice(1)]
    const sameSize = witnessAnswerTo(request(20, 20, { list: other }), witnessAt(headAt(20)), 1)
    expect(sameSize).toMatchObject({ status: 409, body: '20\n', type: 'text/x.tlog.size' })
    const larger = witnessAnswerTo(request(20, 25, { list: other }), witnessAt(headAt(20)), 1)
    expect(larger.status).toBe(422)
    for (const answer of [sameSize, larger]) expect(answer).not.toHaveProperty('record')
  })

  test('[O5] another old size is answered with the one it must be', () => {
    for (const old of [0, 19])
      expect(witnessAnswerTo(request(old, 25), witnessAt(headAt(20)), 1)).toMatchObject({
        status: 409,
        body: '20\n',
      })
  })

  test('[O5] unknown logs, foreign signatures and malformed bodies have their own answers', () => {
    const unknown = { ...witnessAt(undefined), logs: [] }
    expect(witnessAnswerTo(request(0, 3), unknown, 1).status).toBe(404)
    const stranger = { ...log, secret: new Uint8Array(32).fill(1) }
    expect(witnessAnswerTo(request(0, 3, { by: stranger }), witnessAt(undefined), 1).status).toBe(403)
    expect(witnessAnswerTo(request(9, 3), witnessAt(headAt(9)), 1).status).toBe(400)
    const good = request(20, 25)
    for (const bad of [
      '',
      'old 20\n',
      good.replace('old 20', 'old 020'),
      good.replace('old 20', 'new 20'),
      good.replace(/\n[^\n]+\n/, '\nAAAA\n'),
      `old 20\n${'AAAA\n'.repeat(64)}\n${good.split('\n\n').slice(1).join('\n\n')}`,
    ])
      expect(witnessAnswerTo(bad, witnessAt(headAt(20)), 1).status, bad).toBe(400)
  })
})
