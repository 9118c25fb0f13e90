/**
 * What cheats change in the worker of their own tab: scripts that run before ours and come between it and what is read
 * back from the GPU. Only results of units are asked for with a place and a size; the benchmark and the probe, by which
 * a device is judged, stay honest.
 */

/** Wraps every reading of a unit's result; `tamper` is a script that sees its words as `words`. */
function readingTampered(tamper: string): string {
  return `{
  const honest = GPUBuffer.prototype.getMappedRange
  GPUBuffer.prototype.getMappedRange = function (...place) {
    const range = honest.apply(this, place)
    if (place.length === 2) {
      const words = new Uint32Array(range)
      ${tamper}
    }
    return range
  }
}\n`
}

/** Computes nothing that it says it has: random numbers for every unit. */
export const fabricating = readingTampered('crypto.getRandomValues(words)')

/** Does every second unit, and hands in zeros for the others. */
export const lazy = readingTampered(`
      globalThis.units = (globalThis.units ?? 0) + 1
      if (globalThis.units % 2 === 0) words.fill(0)`)

/**
 * Honest until it hears that some of its pay is pending; then one bit of one whole unit is wrong, once. A part of a unit,
 * run as a check, leaves what is not its own as it was filled: all alike at one end at least.
 */
export const flippingOnce = `{
  const send = RTCDataChannel.prototype.send
  let channel
  const hear = ({ data }) => {
    const headerBytes = new DataView(data).getUint32(4)
    const said = new TextDecoder().decode(new Uint8Array(data, 8, headerBytes))
    const { type, pendingWei } = JSON.parse(said)
    if (type === 'account') globalThis.pendingWei = pendingWei
  }
  RTCDataChannel.prototype.send = function (frame) {
    if (channel !== this) this.addEventListener('message', hear)
    channel = this
    send.call(this, frame)
  }
}
${readingTampered(`
      const isWhole = words[0] !== words[1] && words.at(-1) !== words.at(-2)
      const isTrusted = (globalThis.pendingWei ?? '0') !== '0'
      if (isWhole && isTrusted && globalThis.flippedAtWei === undefined) {
        globalThis.flippedAtWei = globalThis.pendingWei
        words[words.length >> 1] ^= 1
      }`)}`
