import type { Context } from 'hono'
import * as v from 'valibot'
import { Refusal } from '#protocol/refusal.ts'

/** Reads a JSON body by its schema. @throws {Refusal} `malformed` naming the field. */
export async function readBody<Schema extends v.GenericSchema>(
  context: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  let body: unknown
  try {
    body = await context.req.json()
  } catch (cause) {
    throw new Refusal('malformed', 'The body is not JSON.', { cause })
  }
  return check(schema, body, 'the body')
}

/** Checks a value from the path. @throws {Refusal} `malformed` */
export function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  where: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  const path = v.getDotPath(issue) ?? where
  throw new Refusal('malformed', `${path}: ${issue.message}.`, { where: path })
}

/** What a body limit calls. @throws {Refusal} `tooLarge` */
export function refuseLargeBody(): never {
  throw new Refusal('tooLarge', 'The body is too large.')
}
