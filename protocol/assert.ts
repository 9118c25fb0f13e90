/** Stops on a programmer's mistake. Never use it on what a stranger sent: refuse that instead. */
export function assert(fact: unknown, why: string): asserts fact {
  if (!fact) throw new Error(`broken assumption: ${why}`)
}

/** Ends a switch over a closed union; the compiler proves that nothing is left. */
export function unreachable(value: never): never {
  throw new Error(`broken assumption: unexpected ${JSON.stringify(value)}`)
}
