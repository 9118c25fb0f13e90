import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import { concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import { contentIdSchema, type ContentId, type JobId } from './ids.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import { limits, protocolVersion } from './limits.ts'
import { Refusal } from './refusal.ts'

/**
 * A job as everyone sees it: the manifest and the content ids of its kernel text and inputs.
 * It is stored as a blob itself, so its content id fixes every byte that a provider will run.
 */
export interface JobSpec {
  readonly version: typeof protocolVersion
  readonly manifest: Manifest
  /** The WGSL parts joined in order with a newline between. */
  readonly kernel: ContentId
  readonly inputs: Readonly<Record<string, ContentId>>
}

const specSchema = v.strictObject({
  version: v.literal(protocolVersion),
  manifest: v.unknown(),
  kernel: contentIdSchema,
  inputs: v.record(v.string(), contentIdSchema),
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
  const manifest = parseManifest(parsed.output.manifest)
  for (const input of Object.keys(manifest.inputs))
    if (!Object.hasOwn(parsed.output.inputs, input))
      throw new Refusal('blobMissing', `The job spec names no blob for the input "${input}".`, {
        where: `inputs.${input}`,
      })
  const surplus = Object.keys(parsed.output.inputs).find((input) => !Object.hasOwn(manifest.inputs, input))
  if (surplus !== undefined)
    throw new Refusal(
      'malformed',
      `The job spec has a blob for "${surplus}", which is no input of the manifest.`,
      {
        where: `inputs.${surplus}`,
      },
    )
  return { ...parsed.output, manifest }
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
