import { broken } from '#client/sdk/http-api.ts'

/** One event; a coordinator gone mad could send a line without end. A million units take one million characters. */
const eventCharactersMax = 16 * 1024 * 1024

/**
 * The data of each event in a `text/event-stream` (HTML standard, section 9.2), from text cut anywhere.
 * Comments and other fields are passed over. An event cut off by the end is dropped, as the standard says.
 */
export async function* readEventStream(
  pieces: AsyncIterable<string>,
  where: string,
): AsyncGenerator<string, void, undefined> {
  let data: string[] = []
  for await (const line of readLines(pieces, where)) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    if (line !== '' || data.length === 0) continue
    yield data.join('\n')
    data = []
  }
}

/** Lines end in CR LF, LF or CR; a CR at the end of a piece waits to see whether an LF follows. */
async function* readLines(pieces: AsyncIterable<string>, where: string) {
  let rest = ''
  for await (const piece of pieces) {
    rest += piece
    if (rest.length > eventCharactersMax)
      throw broken(where, `has a line of over ${eventCharactersMax} characters`)
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    yield* lines
  }
}
