/** The first entry of a log that is wrong, and why. */
export class LogFault extends Error {
  readonly index: number
  readonly entry: string
  readonly why: string

  /** @param entry the entry's kind, or its text where it is none */
  constructor(index: number, entry: string, why: string) {
    super(`Entry ${index} (${entry}) is wrong: ${why}`)
    this.name = 'LogFault'
    this.index = index
    this.entry = entry
    this.why = why
  }
}

/** An entry contradicts the rules or what stands before it; whoever knows the entry's place makes a `LogFault` of it. */
export class Contradiction extends Error {}

/** Goes on if it is so. @throws {Contradiction} */
export function demand(fact: unknown, why: string): asserts fact {
  if (!fact) throw new Contradiction(why)
}
