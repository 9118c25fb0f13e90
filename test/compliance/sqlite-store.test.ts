import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Failure } from '#coordinator/edge/failure.ts'
import { migrations } from '#coordinator/edge/store/sqlite-schema.ts'
import {
  aJobRow,
  aLedgerRow,
  anAssignmentRow,
  aProvider,
  aResultRow,
  assignmentId,
  comparable,
  hex32,
  hugeWei,
  someBytes,
} from './some-rows.ts'
import { aFolder, openStoreIn } from './temporary-store.ts'

let folder: string
beforeEach(async () => {
  folder = await aFolder()
})
afterEach(() => rm(folder, { recursive: true }))

function failureOf(open: () => unknown): Failure {
  try {
    open()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it was opened')
}

/** The schema's version in the file, by another program than ours. */
function versionIn(path: string, change = ''): unknown {
  const database = new DatabaseSync(path)
  database.exec(change)
  const row = database.prepare('PRAGMA user_version').get()
  database.close()
  return row?.['user_version']
}

test('[D5] a second opener is turned away at once, with what to do, and the first goes on', async () => {
  const store = openStoreIn(folder)
  const failure = failureOf(() => openStoreIn(folder))
  expect(failure.message).toContain('in use by another coordinator')
  expect(failure.next).toContain('--data')
  expect(failure.exitCode).toBe(1)
  await store.commit([aJobRow()])
  expect((await store.load()).jobs).toHaveLength(1)
  await store.close()
})

test('[D5] once the first has closed, the next one may open', async () => {
  const first = openStoreIn(folder)
  failureOf(() => openStoreIn(folder))
  await first.close()
  await openStoreIn(folder).close()
})

test('[D3] a batch that fails in the middle leaves nothing behind', async () => {
  const store = openStoreIn(folder)
  await store.commit([aJobRow(1)])
  const before = comparable(await store.load())
  const ofNoJob = anAssignmentRow({ job: 7 })
  await expect(
    store.commit([aLedgerRow(), aJobRow(1, { phase: 'settled' }), aResultRow({}, someBytes(4)), ofNoJob]),
  ).rejects.toThrow('FOREIGN KEY')
  await store.close()
  const next = openStoreIn(folder)
  expect(comparable(await next.load())).toEqual(before)
  await next.close()
})

test('[D5] a file of a newer version is refused, let go and left as it is', async () => {
  const path = join(folder, 'mask.sqlite')
  await openStoreIn(folder).close()
  expect(versionIn(path)).toBe(migrations.length)
  versionIn(path, 'PRAGMA user_version = 99')
  const failure = failureOf(() => openStoreIn(folder))
  expect(failure.message).toContain('newer MASK (schema 99')
  expect(failure.next).toContain('Update MASK')
  expect(versionIn(path)).toBe(99)
})

test('[D5] a file of the first version is brought up to date, with all that it says', async () => {
  const path = join(folder, 'mask.sqlite')
  const [first = ''] = migrations
  const ids = [0, 1, 2].map((attempt) => assignmentId(1, 0, attempt))
  const job = `('${hex32(1)}', 'spec', '${hex32(2)}', '${aProvider(9)}', 'running', '10', '0', '0', 1, 2, NULL)`
  const attempts = ids.map((id, attempt) => {
    const state = attempt === 2 ? 'refused' : 'accepted'
    return `(${attempt + 1}, '${id}', '${hex32(1)}', 0, '${aProvider(attempt)}', '${state}', 1, NULL, NULL, NULL)`
  })
  const paid = [0, 1].map((provider) => `('${hex32(1)}', 0, '${aProvider(provider)}', '${hugeWei}', 7)`)
  versionIn(
    path,
    `${first}; PRAGMA user_version = 1; INSERT INTO jobs VALUES ${job};
     INSERT INTO assignments VALUES ${attempts.join(', ')};
     INSERT INTO units VALUES ('${hex32(1)}', 0, 'accepted', '${ids[0] ?? ''}', 1, 1, 2, 3);
     INSERT INTO ledger VALUES ${paid.join(', ')};
     INSERT INTO claims VALUES ('${aProvider(0)}', '5', NULL)`,
  )
  const store = openStoreIn(folder)
  // Paid already, under its assignment.
  await store.commit([aLedgerRow({ attempt: 1 }, { provider: aProvider(1), amountWei: 1n })])
  const rows = await store.load()
  expect(rows.jobs).toMatchObject([{ row: { control: 'none', spottable: false }, assignmentCount: 3 }])
  expect(rows.units).toMatchObject([{ verdict: 'accepted', canonical: ids[0], mark: undefined }])
  expect(rows.shares).toHaveLength(3)
  for (const [provider, accepted, refused] of [
    [0, 1, 0],
    [1, 1, 0],
    [2, 0, 1],
  ] as const)
    expect(rows.shares).toContainEqual({
      job: hex32(1),
      provider: aProvider(provider),
      accepted,
      refused,
      earnedWei: hugeWei * BigInt(accepted),
    })
  expect(rows.claims).toMatchObject([{ claimedWei: 5n }])
  await store.close()
  expect(versionIn(path)).toBe(migrations.length)
})

test('[D4] a file that is no database is named as damaged', async () => {
  await writeFile(join(folder, 'mask.sqlite'), 'not a database at all, '.repeat(400))
  const failure = failureOf(() => openStoreIn(folder))
  expect(failure.message).toContain('is not a MASK database, or it is damaged')
  expect(failure.next).toContain('backup')
})

test('[H4] a folder that is not there is named', () => {
  const failure = failureOf(() => openStoreIn(join(folder, 'missing')))
  expect(failure.message).toContain('missing')
  expect(failure.message).toContain('cannot be opened')
})
