import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import { concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import { contentIdSchema, type ContentId, type JobId } from './ids.ts'
import { requireComplete, type CompleteManifest } from './complete-manifest.ts'
import { parseManifest } from './manifest.ts'
import { limits, protocolVersion } from './limits.ts'
import { Refusal } from './refusal.ts'
import { checkerOf } from './checker.ts'

/**
 * A job as everyone sees it: the manifest, complete, and the content ids of its kernel text and data.
 * It is stored as a blob itself, so its content id fixes every byte that a provider will run.
 */
export interface JobSpec {
  readonly version: typeof protocolVersion
  readonly manifest: CompleteManifest
  /** The WGSL parts joined in order with a newline between. */
  readonly kernel: ContentId
  readonly inputs: Readonly<Record<string, StoredInput>>
  /** The units list, where the units are one. */
  readonly list?: ContentId | undefined
  /** The merging kernel, where `collect.reduce` names one. */
  readonly reduce?: ContentId | undefined
  /** The verify kernel's text, where `verify` names one; its parts are joined as the kernel's. */
  readonly check?: ContentId | undefined
}

/**
 * Where an input's bytes are: one blob, or, of a sliced input, pieces of `limits.pieceBytes` (the last may be
 * shorter), whose SHA-256 digests stand one after the other in the blob `pieces`.
 */
export type StoredInput = ContentId | { readonly pieces: ContentId; readonly bytes: number }

const specSchema = v.strictObject({
  version: v.literal(protocolVersion),
  manifest: v.unknown(),
  kernel: contentIdSchema,
  inputs: v.record(
    v.string(),
    v.union([
      contentIdSchema,
      v.strictObject({
        pieces: contentIdSchema,
        bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.slicedInputBytesMax)),
      }),
    ]),
  ),
  list: v.optional(contentIdSchema),
  reduce: v.optional(contentIdSchema),
  check: v.optional(contentIdSchema),
})

/** The spec as the bytes that are hashed and stored. */
export function encodeJobSpec(spec: JobSpec): Uint8Array<ArrayBuffer> {
  return concatBytes(utf8ToBytes(JSON.stringify(spec)))
}

/**
 * Parses a spec blob.
 *
 * @throws {Refusal} `malformed`, `tooLarge` or `manifestInvalid`.
 */
export function decodeJobSpec(bytes: Uint8Array): JobSpec {
  if (bytes.length > limits.manifestBytesMax)
    throw new Refusal(
      'tooLarge',
      `A job spec may have ${limits.manifestBytesMax} bytes; this has ${bytes.length}.`,
    )
  const parsed = v.safeParse(specSchema, parseJson(bytes))
  if (!parsed.success)
    throw new Refusal('malformed', `The job spec is malformed: ${parsed.issues[0].message}.`)
  const manifest = requireComplete(parseManifest(parsed.output.manifest))
  const spec = { ...parsed.output, manifest }
  checkNames(spec)
  return spec
}

/** Every name of the manifest that stands for stored bytes must have them, in the form it asks for. */
function checkNames(spec: JobSpec): void {
  const { manifest, inputs } = spec
  for (const [input, { slice }] of Object.entries(manifest.inputs)) {
    const stored = Object.hasOwn(inputs, input) ? inputs[input] : undefined
    if (stored === undefined) throw absent(`the input "${input}"`, `inputs.${input}`)
    if ((typeof stored === 'string') === (slice !== undefined))
      throw new Refusal('malformed', `The job spec stores the input "${input}" in the wrong form.`, {
        where: `inputs.${input}`,
        next: 'Sliced inputs are stored in pieces, others in one blob.',
      })
  }
  const surplus = Object.keys(inputs).find((input) => !Object.hasOwn(manifest.inputs, input))
  if (surplus !== undefined)
    throw new Refusal(
      'malformed',
      `The job spec has a blob for "${surplus}", which is no input of the manifest.`,
      { where: `inputs.${surplus}` },
    )
  if ('list' in manifest.units !== (spec.list !== undefined)) throw absent('the units list', 'list')
  if ((manifest.collect.reduce !== undefined) !== (spec.reduce !== undefined))
    throw absent('the merging kernel', 'reduce')
  if ((checkerOf(manifest) !== undefined) !== (spec.check !== undefined))
    throw absent('the verify kernel', 'check')
}

function absent(what: string, where: string): Refusal {
  return new Refusal('blobMissing', `The job spec and its manifest do not agree on ${what}.`, {
    where,
    next: 'Name its blob if and only if the manifest asks for it.',
  })
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new Refusal('malformed', 'The job spec is not JSON.', { cause })
  }
}

/** Salt of a job: it ties the money on the chain to exactly these bytes. `nonce` (32 bytes) lets one spec be bought twice. */
export function jobSaltOf(spec: ContentId, nonce: Hex): Hex {
  return toHex(sha256(concatBytes(utf8ToBytes(`mask/job/${protocolVersion}/${spec}/`), fromHex(nonce))))
}

/** The job's id, as `JobEscrow.jobIdOf` computes it: keccak256(abi.encode(requester, salt)). */
export function jobIdOf(requester: Hex, salt: Hex): JobId {
  return toHex(keccak_256(concatBytes(new Uint8Array(12), fromHex(requester), fromHex(salt))))
}
