/** Everything an asynchronous source yields. */
export async function listOf<Value>(source: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = []
  for await (const value of source) list.push(value)
  return list
}
