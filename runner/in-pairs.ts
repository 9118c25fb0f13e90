/**
 * Does `work` for each of `items`, two at a time: while one's result is read back, the next computes. After a failure
 * nothing more is begun, and what was begun has ended.
 *
 * @throws the first failure.
 */
export async function inPairs<Item, Outcome>(
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const failures: unknown[] = []
  const rest = items.entries()
  const takeTurns = async () => {
    for (const [place, item] of rest) {
      try {
        outcomes[place] = await work(item)
      } catch (error) {
        failures.push(error)
      }
      if (failures.length > 0) return
    }
  }
  await Promise.all([takeTurns(), takeTurns()])
  if (failures.length > 0) throw failures[0] as Error
  return outcomes
}
