import { describe, expect, test } from 'vitest'
import { FolderLogFiles, type LogFiles } from '#coordinator/edge/log/log-files.ts'
import { LogPublisher } from '#coordinator/edge/log/log-publisher.ts'
import type { LogStore } from '#coordinator/edge/store/store.ts'
import { entriesIn } from '#client/audit/checked-bundle.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { openCheckpoint } from '#protocol/log/checkpoint.ts'
import { leafHashOf, rootOfLeaves, type TreeHead } from '#protocol/log/merkle.ts'
import { signatureTypes, verifierKeyOf } from '#protocol/log/note.ts'
import { tilePathOf, tilesBetween, type Tile } from '#protocol/log/tiles.ts'
import { aFolder } from '#test/compliance/temporary-store.ts'
import { MemoryStore } from '#test/simulation/memory-store.ts'
import { Random } from '#test/simulation/random.ts'

const signer = { name: 'mask/31337/test', secret: new Uint8Array(32).fill(7) }
const key = verifierKeyOf(signer, signatureTypes.note)

class MemoryFiles implements LogFiles {
  readonly contents = new Map<string, Uint8Array>()

  put(path: string, contents: string | Uint8Array): Promise<void> {
    this.contents.set(
      path,
      typeof contents === 'string' ? new TextEncoder().encode(contents) : contents.slice(),
    )
    return Promise.resolve()
  }

  get(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.contents.get(path))
  }

  drop(folder: string): Promise<void> {
    for (const path of this.contents.keys()) if (path.startsWith(`${folder}/`)) this.contents.delete(path)
    return Promise.resolve()
  }
}

/** Writes count down; the one that reaches 0 fails, before it took place or after. */
interface Fuse {
  left: number
  readonly persists: boolean
}

class FusedError extends Error {}

async function fused(fuse: Fuse | undefined, write: () => Promise<void>): Promise<void> {
  if (!fuse) return write()
  fuse.left -= 1
  if (fuse.left < 0) throw new FusedError('after the end')
  if (fuse.left > 0 || fuse.persists) await write()
  if (fuse.left === 0) throw new FusedError('the disk failed')
}

function fusedFiles(files: LogFiles, fuse: Fuse | undefined): LogFiles {
  return {
    get: (path) => files.get(path),
    put: (path, contents) => fused(fuse, () => files.put(path, contents)),
    drop: (folder) => fused(fuse, () => files.drop(folder)),
  }
}

function fusedStore(store: LogStore, fuse: Fuse | undefined): LogStore {
  return {
    logSize: () => store.logSize(),
    logEntries: (begin, end) => store.logEntries(begin, end),
    signedHead: () => store.signedHead(),
    keepSignedHead: (head) => fused(fuse, () => store.keepSignedHead(head)),
  }
}

/** What anybody has ever seen: all heads must be of one history. */
class Onlooker {
  readonly #seen: TreeHead[] = []

  async look(files: LogFiles, entries: readonly Uint8Array[]): Promise<void> {
    const checkpoint = await files.get('checkpoint')
    if (!checkpoint) return
    const { size, root } = openCheckpoint(new TextDecoder().decode(checkpoint), key)
    expect(size).toBeGreaterThanOrEqual(this.#seen.at(-1)?.size ?? 0)
    expect(root).toBe(rootOf(entries.slice(0, size)))
    this.#seen.push({ size, root })
    // Every file of the checkpoint is there, or its fuller form.
    for (const tile of tilesBetween(0, size)) {
      const bytes =
        (await files.get(tilePathOf(tile))) ?? (await files.get(tilePathOf({ ...tile, width: 256 })))
      expect(bytes, tilePathOf(tile)).toBeDefined()
      expectRight(tile, bytes ?? new Uint8Array(), entries)
    }
  }
}

function expectRight(tile: Tile, bytes: Uint8Array, entries: readonly Uint8Array[]): void {
  const first = tile.index * 256
  const shown = tile.level === 'entries' ? entriesIn(bytes, tile.width) : undefined
  if (shown) expect(shown).toHaveLength(tile.width)
  if (tile.level === 0 || shown)
    for (let place = 0; place < tile.width; place += 1) {
      const entry = entries[first + place] ?? new Uint8Array()
      const said = shown
        ? leafHashOf(shown[place] ?? new Uint8Array())
        : bytes.subarray(32 * place, 32 * place + 32)
      expect(equalBytes(said, leafHashOf(entry)), `${tilePathOf(tile)} ${place}`).toBe(true)
    }
}

function rootOf(entries: readonly Uint8Array[]) {
  return rootOfLeaves(entries.map(leafHashOf))
}

function anEntry(number: number): Uint8Array {
  return new TextEncoder().encode(`entry ${number}`)
}

describe('the publication of the log', () => {
  test('[O8] what is committed is published, as the files of the specification', async () => {
    const store = new MemoryStore()
    const files = new FolderLogFiles(await aFolder())
    const publisher = await LogPublisher.open({ store, files, signer })
    const onlooker = new Onlooker()
    for (const count of [1, 3, 251, 1, 1, 600]) {
      await store.commit(
        [],
        Array.from({ length: count }, (_, place) => anEntry(store.log.length + place)),
      )
      expect(await publisher.publish()).toEqual({ size: store.log.length, root: rootOf(store.log) })
      await onlooker.look(files, store.log)
    }
    expect(await files.get('tile/0/000.p/4')).toBeUndefined()
    expect(await files.get('tile/0/003.p/89')).toBeDefined()
  })

  test.each([
    ['failed', false],
    ['failed, but took place', true],
  ] as const)(
    '[O9] each write that %s: the next start goes on, and no history is shown twice',
    async (_name, persists) => {
      const random = new Random(11)
      let faults = 0
      // Each run has one fault at one write; the number rises until a run has no write left to fail.
      for (let at = 1, reached = true; reached; at += 1) {
        reached = false
        const store = new MemoryStore()
        const files = new MemoryFiles()
        const onlooker = new Onlooker()
        let fuse: Fuse | undefined = { left: at, persists }
        let publisher: LogPublisher | undefined
        for (let step = 0; step < 6; step += 1) {
          const count = 1 + random.below(step === 3 ? 300 : 4)
          await store.commit(
            [],
            Array.from({ length: count }, (_, place) => anEntry(store.log.length + place)),
          )
          try {
            const options = { store: fusedStore(store, fuse), files: fusedFiles(files, fuse), signer }
            publisher ??= await LogPublisher.open(options)
            await publisher.publish()
          } catch (error) {
            if (!(error instanceof FusedError)) throw error
            // The process ends; another begins with what is there.
            reached = true
            faults += 1
            fuse = undefined
            publisher = undefined
          }
          await onlooker.look(files, store.log)
        }
        publisher ??= await LogPublisher.open({ store, files, signer })
        await publisher.publish()
        expect(publisher.head).toEqual({ size: store.log.length, root: rootOf(store.log) })
        await onlooker.look(files, store.log)
      }
      expect(faults).toBeGreaterThan(20)
    },
  )

  test('[O9] lost or forgotten files are made again at the next start', async () => {
    const store = new MemoryStore()
    const files = new MemoryFiles()
    await store.commit(
      [],
      Array.from({ length: 700 }, (_, number) => anEntry(number)),
    )
    await LogPublisher.open({ store, files, signer })
    const before = new Map(files.contents)
    for (const path of [...files.contents.keys()]) if (path !== 'checkpoint') files.contents.delete(path)
    files.contents.set('tile/0/000', new Uint8Array(8_192))
    await LogPublisher.open({ store, files, signer })
    expect(files.contents).toEqual(before)
  })

  test('[O10] a log whose committed entries are fewer or others than those signed does not start', async () => {
    const store = new MemoryStore()
    const files = new MemoryFiles()
    await store.commit([], [anEntry(0), anEntry(1), anEntry(2)])
    await LogPublisher.open({ store, files, signer })
    const checkpoint = files.contents.get('checkpoint')
    const [first = new Uint8Array(), second = new Uint8Array()] = store.log
    store.log.length = 2
    await expect(LogPublisher.open({ store, files, signer })).rejects.toThrow(
      '3 entries were signed, and 2 are left',
    )
    store.log.push(anEntry(7), anEntry(8))
    await expect(LogPublisher.open({ store, files, signer })).rejects.toThrow(
      'are not those that were signed',
    )
    expect(files.contents.get('checkpoint')).toEqual(checkpoint)
    store.log.splice(0, 4, first, second, anEntry(2), anEntry(3))
    expect((await LogPublisher.open({ store, files, signer })).head.size).toBe(4)
  })
})
