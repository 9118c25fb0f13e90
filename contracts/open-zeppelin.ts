import { createRequire } from 'node:module'
import { dirname } from 'node:path'

/** Folder of the installed @openzeppelin/contracts, absolute, wherever npm put it. */
export const openZeppelinFolder = dirname(
  createRequire(import.meta.url).resolve('@openzeppelin/contracts/package.json'),
)
