import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listOf } from '#test/client/list-of.ts'
import { readEventStream } from '#client/sdk/event-stream.ts'

/** The stream's events when its text arrives cut at these lengths. */
function eventsOf(text: string, cuts: readonly number[] = []): Promise<string[]> {
  const pieces: string[] = []
  let rest = text
  for (const length of cuts) {
    pieces.push(rest.slice(0, length))
    rest = rest.slice(length)
  }
  return listOf(readEventStream(Readable.from([...pieces, rest]), 'test'))
}

describe('[R6] event streams', () => {
  test('data lines of an event are joined; one blank after the colon is dropped', async () => {
    expect(await eventsOf('data: one\ndata:two\ndata:  three\n\n')).toEqual(['one\ntwo\n three'])
  })

  test('comments and other fields are passed over', async () => {
    expect(await eventsOf(': keep-alive\n\nevent: units\nid: 7\nretry: 10\ndata: x\n\n:\n\n')).toEqual(['x'])
  })

  test('an event cut off by the end is dropped', async () => {
    expect(await eventsOf('data: whole\n\ndata: ha')).toEqual(['whole'])
    expect(await eventsOf('data: whole\n\ndata: half\n')).toEqual(['whole'])
  })

  test.each(['\n', '\r\n', '\r'])('lines end in %j', async (end) => {
    const text = `data: one${end}${end}data: two${end}data: more${end}${end}: last${end}`
    expect(await eventsOf(text)).toEqual(['one', 'two\nmore'])
  })

  test('where the text is cut makes no difference', async () => {
    const events = fc.array(fc.array(fc.stringMatching(/^[ -~äöü]{0,12}$/), { minLength: 1, maxLength: 3 }))
    const cuts = fc.array(fc.nat(9), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(events, fc.constantFrom('\n', '\r\n', '\r'), cuts, async (lines, end, lengths) => {
        const text = lines.map((event) => event.map((line) => `data: ${line}${end}`).join('') + end).join('')
        // A CR at the very end cannot be told from half a CR LF, so a comment follows as it does on the wire.
        expect(await eventsOf(`${text}:${end}`, lengths)).toEqual(lines.map((event) => event.join('\n')))
      }),
    )
  })

  test('a line without end is refused', async () => {
    await expect(eventsOf(`data: ${'x'.repeat(17 * 1024 * 1024)}`)).rejects.toThrow(/line of over/)
  })
})
