import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serveAuditor, serveWitness, type AuditServer } from '#client/audit/audit-server.ts'
import { KeptWitness } from '#client/audit/kept-witness.ts'
import { LogFollower } from '#client/audit/log-follower.ts'
import { HttpLogSource } from '#client/audit/log-source.ts'
import { AttestationRefused } from '#coordinator/edge/chain/attestors.ts'
import { listen, type HttpServer } from '#coordinator/edge/http/http-server.ts'
import { answerProblem } from '#coordinator/edge/http/problem.ts'
import { FolderLogFiles, type LogFiles } from '#coordinator/edge/log/log-files.ts'
import { logRoutes } from '#coordinator/edge/log/log-routes.ts'
import { PublicLog } from '#coordinator/edge/log/public-log.ts'
import { RemoteAuditors } from '#coordinator/edge/log/remote-auditors.ts'
import type { PreparedEpoch } from '#coordinator/core/state.ts'
import type { EpochAttestation } from '#protocol/attestation.ts'
import { fromHex, toHex, type Hex } from '#protocol/bytes.ts'
import { cosignedAt } from '#protocol/log/cosignature.ts'
import { encodeEntry, type LogEntry } from '#protocol/log/entries.ts'
import { logHeadDigest } from '#protocol/log-head.ts'
import { formatVerifierKey, parseNote, signatureTypes, verifierKeyOf } from '#protocol/log/note.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import { sessionKeyOf, signerOf } from '#protocol/session-key.ts'
import { aFolder } from '#test/compliance/temporary-store.ts'
import { waitFor } from '#test/network/wait-for.ts'
import { MemoryStore } from '#test/simulation/memory-store.ts'
import { logKey, logSigner, recordedLog } from './recorded-log.ts'

const quiet = pino({ level: 'silent' })
const chainSecret = new Uint8Array(32).fill(2)
const place = { chainId: 31_337, settlement: `0x${'5e'.repeat(20)}` } as const
const witnessSigner = { name: 'witness.example/w1', secret: new Uint8Array(32).fill(9) }
const witnessKey = verifierKeyOf(witnessSigner, signatureTypes.cosignature)

let folder: string
let store: MemoryStore
let files: LogFiles
let http: HttpServer
let opened: { close(): Promise<void> }[]
const entries = recordedLog({ seed: 8, unitCount: 10 }).map((entry: LogEntry) => encodeEntry(entry))

beforeEach(async () => {
  folder = await aFolder()
  store = new MemoryStore()
  files = new FolderLogFiles(join(folder, 'log'))
  http = await listen('127.0.0.1', 0)
  const app = new Hono()
  app.onError((error, context) => answerProblem(context, error, quiet))
  app.route('/', logRoutes(files))
  http.serve(app)
  opened = [http]
})
afterEach(async () => {
  for (const one of opened.reverse()) await one.close()
  await rm(folder, { recursive: true })
})

async function aLog(witnessUrl?: string): Promise<PublicLog> {
  const witnesses = witnessUrl === undefined ? [] : [{ url: witnessUrl, key: witnessKey }]
  const onFatal = (error: unknown) => {
    throw error
  }
  const log = await PublicLog.open({
    ...{ store, files, signer: logSigner, chainSecret, place, witnesses, log: quiet, onFatal, waitMs: 5 },
  })
  opened.push(log)
  return log
}

async function aWitness(): Promise<AuditServer> {
  const path = join(folder, 'witness.json')
  const server = await serveWitness(
    await KeptWitness.open({ signer: witnessSigner, logs: [logKey], path }),
    0,
  )
  opened.push(server)
  return server
}

const sourceOf = () => new HttpLogSource(`http://127.0.0.1:${http.port}`)

describe('the public log over HTTP', () => {
  test('[O8] what is committed is read and followed by anybody, step by step', async () => {
    const log = await aLog()
    const follower = new LogFollower(sourceOf(), logKey)
    expect(await sourceOf().key()).toBe(formatVerifierKey(logKey))
    let heard = 0
    for (const size of [40, 41, entries.length]) {
      await store.commit([], entries.slice(store.log.length, size))
      log.noteCommit()
      await waitFor('the checkpoint', 10_000, async () =>
        (await sourceOf().checkpoint()).split('\n')[1] === `${size}` ? true : undefined,
      )
      expect((await follower.follow(() => (heard += 1))).size).toBe(size)
      expect(heard).toBe(size)
    }
    expect(follower.rootAt(41)).toMatch(/^0x[0-9a-f]{64}$/)
    for (const path of ['tile/0/999', 'nothing', 'tile/0/..%2f..%2fkey'])
      await expect(
        fetch(`http://127.0.0.1:${http.port}/${path}`).then(({ ok }) => ok),
        path,
      ).resolves.toBe(false)
  })

  test('[O4] the head for the contracts is signed by the key that they know', async () => {
    const log = await aLog()
    await store.commit([], entries.slice(0, 9))
    const { size, root } = await log.head()
    const signed = await waitFor('head.json', 10_000, async () => {
      const bytes = await files.get('head.json')
      const said = JSON.parse(Buffer.from(bytes ?? '{}').toString()) as { size?: number; signature: Hex }
      return said.size === size ? said : undefined
    })
    const signature = fromHex(signed.signature)
    signature[64] = (signature[64] ?? 0) - 27
    expect(signerOf(logHeadDigest({ size, root }, place), toHex(signature))).toBe(
      sessionKeyOf(chainSecret).provider,
    )
  })

  test('[O5] a witness’s cosignature is collected, also after the log or the witness began again', async () => {
    const path = join(folder, 'witness.json')
    for (const size of [10, 30, 31]) {
      const witness = await aWitness()
      await store.commit([], entries.slice(store.log.length, size))
      const log = await aLog(witness.url)
      await log.head()
      const note = await waitFor('a cosignature', 10_000, async () => {
        const said = parseNote(await sourceOf().checkpoint())
        return said.signatures.length > 1 ? said : undefined
      })
      expect(cosignedAt(witnessKey, note)).toBeGreaterThan(1_700_000_000)
      expect(note.text.split('\n')[1]).toBe(`${size}`)
      expect((await new LogFollower(sourceOf(), logKey).follow(() => undefined)).size).toBe(size)
      await log.close()
    }
    await expect(KeptWitness.open({ signer: witnessSigner, logs: [], path })).resolves.toBeDefined()
  })

  test('[O5] a forked log gets no cosignature', async () => {
    const witness = await aWitness()
    await store.commit([], entries.slice(0, 10))
    await (await aLog(witness.url)).head()
    await waitFor('a cosignature', 10_000, async () =>
      parseNote(await sourceOf().checkpoint()).signatures.length > 1 ? true : undefined,
    )
    store = new MemoryStore()
    files = new FolderLogFiles(join(folder, 'fork'))
    await store.commit([], entries.slice(1, 12))
    const fork = await aLog()
    await fork.head()
    const note = Buffer.from((await files.get('checkpoint')) ?? '').toString()
    const ask = (old: number) =>
      fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body: `old ${old}\n\n${note}` })
    expect((await ask(10)).status).toBe(422)
    expect((await ask(0)).status).toBe(409)
  })
})

describe('auditors in processes of their own', () => {
  const attestation: EpochAttestation = {
    epoch: 3,
    logSize: 9,
    logRoot: `0x${'01'.repeat(32)}`,
    payRoot: `0x${'02'.repeat(32)}`,
    totalEarnedWei: 10n ** 24n,
    totalChargedWei: 10n ** 24n,
    chargesHash: `0x${'03'.repeat(32)}`,
  }
  const epoch: PreparedEpoch = { number: 3, earnings: [], charges: [], closedJobs: [], attestation }
  const addressOf = (number: number): Hex => `0x${number.toString(16).padStart(40, '0')}`

  async function signing(number: number): Promise<string> {
    return serving(async (asked) => {
      expect(asked).toEqual(attestation)
      return Promise.resolve({ auditor: addressOf(number), signature: `0x${'0a'.repeat(65)}` })
    })
  }

  async function serving(attest: Parameters<typeof serveAuditor>[0]['attest']): Promise<string> {
    const server = await serveAuditor({ attest }, 0)
    opened.push(server)
    return server.url
  }

  const refusing = () => serving(() => Promise.reject(new LogFault(7, 'pay', 'It was paid before.')))
  const failing = () => serving(() => Promise.reject(new Error('the chain does not answer')))

  test('[O14] enough signatures are collected, one of each auditor', async () => {
    const urls = [await signing(1), await signing(2), await failing()]
    const signatures = await new RemoteAuditors({ urls, threshold: 2 }).attest(epoch)
    expect(signatures.map(({ auditor }) => auditor)).toEqual([addressOf(1), addressOf(2)])
  })

  test('[O14] one auditor’s two addresses count once', async () => {
    const urls = [await signing(1), await signing(1)]
    await expect(new RemoteAuditors({ urls, threshold: 2 }).attest(epoch)).rejects.toThrow('1 of 2 auditors')
  })

  test('[O14] where too many refuse, the epoch is refused with the entry; where too few answer, it is tried again', async () => {
    const refused = new RemoteAuditors({ urls: [await signing(1), await refusing()], threshold: 2 })
    await expect(refused.attest(epoch)).rejects.toThrow(AttestationRefused)
    await expect(refused.attest(epoch)).rejects.toThrow('entry 7 of the log (pay): It was paid before.')
    const open = new RemoteAuditors({
      urls: [await refusing(), await failing(), 'http://127.0.0.1:9'],
      threshold: 2,
    })
    const error: unknown = await open.attest(epoch).catch((cause: unknown) => cause)
    expect(error).not.toBeInstanceOf(AttestationRefused)
    expect(String(error)).toContain('the chain does not answer')
  })
})
