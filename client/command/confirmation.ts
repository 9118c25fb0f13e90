import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'

/**
 * Asks for a yes. Anything else, the end of the input included, is a no.
 *
 * @throws the signal's reason when it aborts first.
 */
export async function confirm(
  question: string,
  {
    input,
    output,
    signal,
  }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream; signal: AbortSignal },
): Promise<boolean> {
  // Not raw: Ctrl-C stays the signal that ends the command.
  const lines = createInterface({ input, output, terminal: false })
  const ended = once(lines, 'close').then(() => '')
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended])
    return /^y(es)?$/i.test(answer.trim())
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    lines.close()
  }
}
