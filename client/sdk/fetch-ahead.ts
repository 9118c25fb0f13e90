/**
 * Fetches what a slow source names, a few at a time, and yields in the source's order. Never holds more than
 * `widthMax` results, so a slow reader slows the fetching down; a result is yielded as soon as it is there, also
 * while the source is silent.
 */
export async function* fetchAhead<Key, Value>(
  source: AsyncIterator<Key, void, undefined>,
  fetchOne: (key: Key) => Promise<Value>,
  widthMax: number,
): AsyncGenerator<Value, void, undefined> {
  const inFlight: Promise<{ kind: 'fetched'; value: Value }>[] = []
  let naming: Promise<{ kind: 'named'; step: IteratorResult<Key, void> }> | undefined = nameNext(source)
  while (naming || inFlight.length > 0) {
    const waiting = [...inFlight.slice(0, 1), ...(naming && inFlight.length < widthMax ? [naming] : [])]
    const happened = await Promise.race(waiting)
    if (happened.kind === 'fetched') {
      void inFlight.shift()
      yield happened.value
    } else if (happened.step.done) {
      naming = undefined
    } else {
      inFlight.push(quiet(fetchOne(happened.step.value).then((value) => ({ kind: 'fetched', value }))))
      naming = nameNext(source)
    }
  }
}

function nameNext<Key>(source: AsyncIterator<Key, void, undefined>) {
  return quiet(source.next().then((step) => ({ kind: 'named' as const, step })))
}

/** A promise that may fail before anybody looks at it: whoever looks later still sees the failure. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined)
  return promise
}
