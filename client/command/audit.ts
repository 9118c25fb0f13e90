import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { Auditor, type AuditedEpoch } from '#client/audit/auditor.ts'
import { RpcChain } from '#client/audit/audited-chain.ts'
import { serveAuditor, serveWitness, type AuditServer } from '#client/audit/audit-server.ts'
import { FileAuditMemory } from '#client/audit/audit-state.ts'
import { KeptWitness } from '#client/audit/kept-witness.ts'
import { HttpLogSource } from '#client/audit/log-source.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import type { LocalSession } from '#client/command/session.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { fromHex } from '#protocol/bytes.ts'
import { digestSchema } from '#protocol/ids.ts'
import {
  formatVerifierKey,
  parseVerifierKey,
  signatureTypes,
  verifierKeyOf,
  type VerifierKey,
} from '#protocol/log/note.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import { sessionKeyOf, type SessionKey } from '#protocol/session-key.ts'

export interface AuditOptions {
  /** Under which the log's files are. */
  readonly log: string
  readonly rpc: string
  /** The log's verifier key; what the log says of itself where it is not known. */
  readonly logKey: string | undefined
  /** With 32 secret bytes as 0x… text: the auditor's, or the witness's. */
  readonly keyFile: string | undefined
  readonly state: string | undefined
  readonly serve: boolean
  readonly serveWitness: boolean
  readonly port: number
  readonly env: Readonly<Record<string, string | undefined>>
}

/** `mask audit`: replays the public log beside the chain, and says whether it is in order, or what is wrong first. */
export async function audit(session: LocalSession, options: AuditOptions): Promise<ExitCode> {
  const source = new HttpLogSource(options.log)
  const key = await logKeyOf(source, options)
  const path = options.state ?? defaultStatePath(key, options)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const secret = options.keyFile === undefined ? undefined : await secretIn(options.keyFile)
  if (options.serveWitness) return witness(session, options, key, path, secret)
  const signer = secret && sessionKeyOf(secret)
  const auditor = new Auditor({
    source,
    key,
    chainOf: (contract) => new RpcChain(options.rpc, contract),
    memory: new FileAuditMemory(path),
    signer,
  })
  if (options.serve) return serve(session, auditor, signer, options.port)
  return once(session, auditor, signer)
}

async function once(
  session: LocalSession,
  auditor: Auditor,
  signer: SessionKey | undefined,
): Promise<ExitCode> {
  try {
    const entries = await auditor.catchUp()
    const { lastEpoch } = auditor
    const signed = signer && lastEpoch ? await sign(auditor, lastEpoch) : undefined
    const { json, terminal } = session
    if (json) terminal.json({ inOrder: true, entries, epoch: lastEpoch ?? null, ...(signed && { signed }) })
    else {
      terminal.data(`${entries} entries are in order.`)
      if (lastEpoch) terminal.data(`Epoch ${lastEpoch.epoch} has the root ${lastEpoch.payRoot}.`)
      if (signed) terminal.data(`Signed by ${signed.auditor}: ${signed.signature}`)
    }
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof LogFault)) throw error
    const { index, entry, why } = error
    if (session.json) session.terminal.json({ inOrder: false, index, entry, why })
    else session.terminal.data(`Entry ${index} (${entry}) is wrong: ${why}`)
    return exitCodes.failure
  }
}

async function sign(auditor: Auditor, epoch: AuditedEpoch) {
  const attestation = auditor.attestationOf(epoch)
  return { attestation, ...(await auditor.attest(attestation)) }
}

async function serve(
  session: LocalSession,
  auditor: Auditor,
  signer: SessionKey | undefined,
  port: number,
): Promise<ExitCode> {
  if (!signer)
    throw new MaskError('keyMissing', 'An auditor that answers needs a key to sign with.', {
      where: '--key-file',
      next: 'Name a file with 0x and 64 hexadecimal digits.',
    })
  const server = await serveAuditor(auditor, port)
  return untilInterrupted(session, server, { auditor: signer.provider, url: server.url })
}

async function witness(
  session: LocalSession,
  options: AuditOptions,
  log: VerifierKey,
  path: string,
  secret: Uint8Array | undefined,
): Promise<ExitCode> {
  if (!secret)
    throw new MaskError('keyMissing', 'A witness needs a key to sign with.', {
      where: '--key-file',
      next: 'Name a file with 0x and 64 hexadecimal digits.',
    })
  const name = `mask-witness/${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`
  const signer = { name, secret }
  const server = await serveWitness(await KeptWitness.open({ signer, logs: [log], path }), options.port)
  const key = formatVerifierKey(verifierKeyOf(signer, signatureTypes.cosignature))
  return untilInterrupted(session, server, { witness: key, url: server.url })
}

/** Says where it listens, as one line, and stays. */
async function untilInterrupted(
  { terminal, json, signal }: LocalSession,
  server: AuditServer,
  facts: Record<string, string>,
): Promise<ExitCode> {
  if (json) terminal.json(facts)
  else for (const [name, value] of Object.entries(facts)) terminal.data(`${name.padEnd(9)}${value}`)
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve()
    })
    process.once('SIGTERM', resolve)
  })
  await server.close()
  return exitCodes.ok
}

async function logKeyOf(source: HttpLogSource, { logKey }: AuditOptions): Promise<VerifierKey> {
  return parseVerifierKey(logKey ?? (await source.key()))
}

/** What was seen of one log must not be taken for another's. */
function defaultStatePath(key: VerifierKey, { env, serveWitness: isWitness }: AuditOptions): string {
  const base = env['XDG_STATE_HOME'] ?? env['LOCALAPPDATA'] ?? join(homedir(), '.local', 'state')
  const name = createHash('sha256').update(key.name).digest('hex').slice(0, 16)
  return join(base, 'mask', `${isWitness ? 'witness' : 'audit'}-${name}.json`)
}

async function secretIn(file: string): Promise<Uint8Array> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new MaskError('keyMissing', 'The key cannot be read.', { where: file, cause })
  })
  const parsed = v.safeParse(digestSchema, text.trim())
  if (parsed.success) return fromHex(parsed.output)
  throw new MaskError('keyInvalid', 'The file holds no key.', {
    where: file,
    next: 'It must hold 0x and 64 hexadecimal digits.',
  })
}
