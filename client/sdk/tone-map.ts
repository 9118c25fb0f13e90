/** How linear light becomes 8 bits: by the sRGB curve (IEC 61966-2-1), or as it is. */
export type ToneMap = 'srgb' | 'linear'

/**
 * One pixel of `rgba32float` as 8-bit RGBA: colours through the curve, opacity always as it is. What is outside
 * 0 to 1 is cut off; what is no number becomes 0.
 */
export function writePixel(
  toneMap: ToneMap,
  linear: DataView,
  linearOffset: number,
  rgba: Uint8Array,
  rgbaOffset: number,
): void {
  for (let channel = 0; channel < 4; channel += 1) {
    const value = linear.getFloat32(linearOffset + 4 * channel, true)
    const curved = toneMap === 'srgb' && channel < 3 ? encodeSrgb(value) : value
    // Comparisons with NaN are false, so NaN falls through to 0.
    rgba[rgbaOffset + channel] = curved >= 1 ? 255 : curved > 0 ? Math.round(255 * curved) : 0
  }
}

function encodeSrgb(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
}
