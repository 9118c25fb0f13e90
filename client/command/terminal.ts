import picocolors from 'picocolors'

/** Where text goes and what it may look like. */
export interface TerminalOptions {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
}

// eslint-disable-next-line no-control-regex -- these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * Data on stdout, everything else on stderr. Control characters are shown, not obeyed: names and messages come from
 * strangers, and could otherwise rewrite the screen.
 */
export class Terminal {
  readonly stderr: NodeJS.WriteStream
  readonly #stdout: NodeJS.WriteStream
  /** Colours for stderr; none under NO_COLOR (no-color.org), for a dumb terminal or a file. */
  readonly colours: ReturnType<typeof picocolors.createColors>

  constructor({ stdout, stderr, env }: TerminalOptions) {
    this.#stdout = stdout
    this.stderr = stderr
    this.colours = picocolors.createColors(this.interactive && !env['NO_COLOR'] && env['TERM'] !== 'dumb')
  }

  /** Whether a person is looking: then there is a progress bar. */
  get interactive(): boolean {
    return this.stderr.isTTY
  }

  /** A line of data. */
  data(line: string): void {
    this.#stdout.write(`${visible(line)}\n`)
  }

  /** A value as one line of JSON; sums, which exceed what JSON numbers can carry, as decimal strings. */
  json(value: unknown): void {
    this.#stdout.write(`${toJson(value)}\n`)
  }

  /** A line for the person; a progress bar that is in the way is wiped, and draws itself again below. */
  note(line: string, colour: (text: string) => string = String): void {
    this.stderr.write(`${this.interactive ? '\r\x1b[K' : ''}${colour(visible(line))}\n`)
  }
}

/** The text with control characters replaced by their code, except line feed and tab. */
export function visible(text: string): string {
  return text.replace(controls, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

export function toJson(value: unknown, space?: number): string {
  return JSON.stringify(
    value,
    (_key, field: unknown) => (typeof field === 'bigint' ? field.toString() : field),
    space,
  )
}
