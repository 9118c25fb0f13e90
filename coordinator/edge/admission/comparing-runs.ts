import { assert } from '#protocol/assert.ts'
import { agrees, inspectResult } from '../../core/comparators.ts'
import type { ResultPart } from '#protocol/job-plan.ts'
import { Refusal } from '#protocol/refusal.ts'
import { poisonWord } from '#runner/poison.ts'

/**
 * Compares two runs of the same workgroups, as results of volunteers are compared.
 *
 * @param whole whether the runs went to the unit's end; otherwise words that neither wrote do not count.
 * @throws {Refusal} `kernelRacy` or `resultNotFinite`
 */
export function compareRuns(
  one: Uint8Array<ArrayBuffer>,
  other: Uint8Array<ArrayBuffer>,
  parts: readonly ResultPart[],
  whole: boolean,
): void {
  const [first, second] = whole ? [one, other] : withoutUnwritten(one, other)
  for (const part of eachPart(first, second, parts)) {
    if (inspectResult(part.first, [part.plan]) === 'resultNotFinite')
      throw new Refusal(
        'resultNotFinite',
        `Unit 0 computes values of "${part.plan.name}" that are not finite (NaN or infinity).`,
        {
          where: `verify.${part.plan.name}`,
          next: 'Look for divisions by zero, roots of negatives and overflow; or compare "exact".',
        },
      )
    if (!agrees(part.second, part.first, [part.plan]))
      throw new Refusal(
        'kernelRacy',
        `Two runs of unit 0 on one machine gave different values of "${part.plan.name}", first in ${firstDifference(part.first, part.second)}.`,
        {
          where: `verify.${part.plan.name}`,
          next: 'Let no two invocations write one place without atomics, nor anything depend on the order of workgroups.',
        },
      )
  }
}

function* eachPart(first: Uint8Array, second: Uint8Array, parts: readonly ResultPart[]) {
  let begin = 0
  for (const plan of parts) {
    const end = begin + plan.bytes
    yield { plan, first: first.slice(begin, end), second: second.slice(begin, end) }
    begin = end
  }
}

/** Copies in which what both left unwritten is zero. */
function withoutUnwritten(one: Uint8Array<ArrayBuffer>, other: Uint8Array<ArrayBuffer>) {
  const [first, second] = [one.slice(), other.slice()]
  const [words, otherWords] = [first, second].map((bytes) => new Uint32Array(bytes.buffer))
  assert(words && otherWords, 'there are two')
  for (let index = 0; index < words.length; index += 1)
    if (words[index] === poisonWord && otherWords[index] === poisonWord) words[index] = otherWords[index] = 0
  return [first, second] as const
}

function firstDifference(first: Uint8Array, second: Uint8Array): string {
  const byte = first.findIndex((value, index) => value !== second[index])
  return `the four bytes from ${byte - (byte % 4)}`
}
