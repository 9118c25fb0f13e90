/**
 * Commits numbered batches without end and says each number once its batch is durable. Killed by its parent.
 * Usage: node commit-forever.ts <folder> <first number>
 */
import { writeSync } from 'node:fs'
import { aNumberedBatch } from './numbered-batch.ts'
import { openStoreIn } from './temporary-store.ts'

const [folder = '', first = ''] = process.argv.slice(2)
const store = openStoreIn(folder)
for (let number = Number(first); ; number += 1) {
  await store.commit(aNumberedBatch(number))
  writeSync(1, `${number}\n`)
}
