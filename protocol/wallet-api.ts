import * as v from 'valibot'
import type { Hex } from './bytes.ts'
import { addressSchema, signatureSchema } from './ids.ts'

/** What pages and the coordinator say to each other about wallets, under `/api/v1/wallet`. */

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const time = v.pipe(v.number(), v.minValue(0))

/** A key's 65 bytes, or whatever a smart account takes for a signature (ERC-1271, ERC-6492). */
const walletSignatureSchema = v.pipe(
  v.string(),
  v.maxLength(32_770, 'must be at most 16 KiB'),
  v.regex(/^0x([0-9a-f]{2})+$/, 'must be 0x and lower-case hexadecimal bytes'),
  v.transform((text) => text as Hex),
)
const tokenSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

export const walletSettingsSchema = v.object({
  chainId: count,
  /** As wallets show it when they are asked to add the network. */
  chainName: v.string(),
  /** The settlement contract: links name it, and claims go to it. */
  contract: addressSchema,
  /** Null where the operator has set up no relay: then there are injected wallets only. */
  walletConnect: v.nullable(v.object({ projectId: v.string(), relayUrl: v.string(), isLocal: v.boolean() })),
  /** How long a change of wallet waits before it takes effect. */
  relinkMs: time,
  /** Whether the coordinator sends claims on its own account, or leaves that to those who are paid. */
  pushesClaims: v.boolean(),
})

/** A single-use nonce and the span within which a sign-in message that names it is heard. */
export const signInNonceSchema = v.object({
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-zA-Z]{8,96}$/)),
  issuedAtMs: time,
  expiresAtMs: time,
})
export const signInRequestSchema = v.strictObject({
  /** EIP-4361 (Sign-In with Ethereum). */
  message: v.pipe(v.string(), v.maxLength(4_000)),
  signature: walletSignatureSchema,
})
/** The token lives in the page's memory and nowhere else. */
export const signInViewSchema = v.object({ token: tokenSchema, address: addressSchema, expiresAtMs: time })

/** Where a session key's pay goes. */
export const walletLinkViewSchema = v.object({
  sessionKey: addressSchema,
  /** The linked wallet; null while the session key's own account is paid. */
  wallet: v.nullable(addressSchema),
  /** A change that waits. */
  pending: v.nullable(v.object({ wallet: addressSchema, effectiveAtMs: time })),
  /** What a new link must name. */
  next: v.object({ serial: count, expiresAtSeconds: count }),
})

export const walletLinkRequestSchema = v.strictObject({
  sessionKey: addressSchema,
  wallet: addressSchema,
  serial: count,
  expiresAtSeconds: count,
  sessionSignature: signatureSchema,
  walletSignature: walletSignatureSchema,
})

export type WalletSettings = v.InferOutput<typeof walletSettingsSchema>
export type SignInNonce = v.InferOutput<typeof signInNonceSchema>
export type SignInRequest = v.InferOutput<typeof signInRequestSchema>
export type SignInView = v.InferOutput<typeof signInViewSchema>
export type WalletLinkView = v.InferOutput<typeof walletLinkViewSchema>
export type WalletLinkRequest = v.InferOutput<typeof walletLinkRequestSchema>
