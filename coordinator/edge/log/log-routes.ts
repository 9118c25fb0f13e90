import { Hono } from 'hono'
import { tileAtPath } from '#protocol/log/tiles.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { LogFiles } from './log-files.ts'

const immutable = 'public, max-age=31536000, immutable'

/** The log under its prefix, by C2SP tlog-tiles: files that any server could give out. Anybody may read them from anywhere. */
export function logRoutes(files: Pick<LogFiles, 'get'>): Hono {
  const routes = new Hono()
  routes.get('/:path{.+}', async (context) => {
    const path = context.req.param('path')
    const tile = tileAtPath(path)
    const kind = tile ? 'application/octet-stream' : fileTypes[path]
    const bytes = kind === undefined ? undefined : await files.get(path)
    if (kind === undefined || !bytes)
      throw new Refusal('notFound', 'The log has no such file.', {
        where: path,
        next: 'Read checkpoint; its size says which tiles there are.',
      })
    return context.body(Uint8Array.from(bytes), 200, {
      'content-type': kind,
      'cache-control': tile ? immutable : 'no-cache',
      'access-control-allow-origin': '*',
    })
  })
  return routes
}

/** What is there beside the tiles: the checkpoint, the log's verifier key, and the head as the contracts read it. */
const fileTypes: Readonly<Record<string, string>> = {
  checkpoint: 'text/plain; charset=utf-8',
  key: 'text/plain; charset=utf-8',
  'head.json': 'application/json',
}
