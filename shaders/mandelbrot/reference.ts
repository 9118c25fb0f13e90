import { fixedFromNumber, step, toNumber, type Fixed } from '#shaders/mandelbrot/fixed-point.ts'
import { CENTRE } from '#shaders/mandelbrot/view.ts'

/** The job's parameters and which tile, named as in the kernel's uniform struct. */
export interface Params {
  /** Of the picture, pixels. */
  readonly width: number
  readonly height: number
  /** Pixels along a side of a tile. */
  readonly tile: number
  readonly unit_begin: number
  /** Points along each side of a pixel. */
  readonly samples: number
  readonly iterations_max: number
  /** Width of the view in the complex plane. */
  readonly span: number
}

type Triple = readonly [number, number, number]

interface Stop {
  readonly place: number
  readonly colour: Triple
}

const ESCAPED = 1e6
const TURNS = 1.7
const TURN_BEGIN = 0.06
const STOPS: readonly Stop[] = [
  { place: 0, colour: [0.004, 0.02, 0.18] },
  { place: 0.17, colour: [0.07, 0.32, 0.68] },
  { place: 0.4, colour: [0.9, 0.98, 1] },
  { place: 0.62, colour: [1, 0.64, 0.05] },
  { place: 0.84, colour: [0.42, 0.06, 0.1] },
  { place: 1, colour: [0.004, 0.02, 0.18] },
]
const LIGHT = [-Math.SQRT1_2, Math.SQRT1_2] as const
const LIGHT_HEIGHT = 1.6
const SHORE = 0.25
const SHORE_COLOUR: Triple = [0.95, 0.9, 0.78]

/** One tile as `picture` holds it: tile × tile pixels of red, green, blue, alpha in bytes, row by row from the top. */
export function renderTile(params: Params): Uint8Array {
  const { tile, width, height, unit_begin } = params
  const across = Math.ceil(width / tile)
  const left = (unit_begin % across) * tile
  const top = Math.floor(unit_begin / across) * tile
  const bytes = new Uint8Array(4 * tile * tile)
  for (let place = 0; place < tile * tile; place++) {
    const x = left + (place % tile)
    const y = top + Math.floor(place / tile)
    if (x >= width || y >= height) continue
    const rgba = [...renderPixel(params, x, y), 1]
    bytes.set(
      rgba.map((channel) => Math.round(255 * Math.min(1, channel))),
      4 * place,
    )
  }
  return bytes
}

function renderPixel(params: Params, x: number, y: number): Triple {
  const { samples, width, height, span } = params
  const pixel = span / width
  const squares: [number, number, number] = [0, 0, 0]
  for (let down = 0; down < samples; down++) {
    for (let right = 0; right < samples; right++) {
      const real = (x + (right + 0.5) / samples - width / 2) * pixel
      const imaginary = (height / 2 - y - (down + 0.5) / samples) * pixel
      const c = [CENTRE[0] + fixedFromNumber(real), CENTRE[1] + fixedFromNumber(imaginary)] as const
      pointColour(c, pixel, params.iterations_max).forEach((channel, index) => {
        squares[index] = (squares[index] ?? 0) + channel ** 2
      })
    }
  }
  const [red, green, blue] = squares
  return [Math.sqrt(red) / samples, Math.sqrt(green) / samples, Math.sqrt(blue) / samples]
}

/** Follows z² + c itself, in 192 bits, until it escapes. */
function pointColour(c: readonly [Fixed, Fixed], pixel: number, iterationsMax: number): Triple {
  let z: readonly [Fixed, Fixed] = [0n, 0n]
  let [x, y, slopeX, slopeY] = [0, 0, 0, 0]
  for (let steps = 1; steps <= iterationsMax; steps++) {
    // dz/dc by the chain rule: 2 z dz/dc + 1.
    ;[slopeX, slopeY] = [2 * (x * slopeX - y * slopeY) + 1, 2 * (x * slopeY + y * slopeX)]
    z = step(z, c)
    ;[x, y] = [toNumber(z[0]), toNumber(z[1])]
    if (x * x + y * y > ESCAPED) {
      const time = steps - Math.log2(Math.log(x * x + y * y) / Math.log(ESCAPED))
      const landscape = lit(palette(TURN_BEGIN + TURNS * Math.log2(time)), uphill(x, y, slopeX, slopeY))
      // The estimate of the distance to the set, |z| ln|z| / |dz/dc|.
      const size = Math.hypot(x, y)
      const distance = (size * Math.log(size)) / Math.hypot(slopeX, slopeY)
      return mix(SHORE_COLOUR, landscape, Math.min(1, distance / pixel / SHORE))
    }
  }
  return [0, 0, 0]
}

/** The direction of z / (dz/dc), in which |z| grows. */
function uphill(x: number, y: number, slopeX: number, slopeY: number): readonly [number, number] {
  const angle = Math.atan2(y, x) - Math.atan2(slopeY, slopeX)
  return [Math.cos(angle), Math.sin(angle)]
}

function lit(colour: Triple, direction: readonly [number, number]): Triple {
  const cosine = direction[0] * LIGHT[0] + direction[1] * LIGHT[1]
  const light = (cosine + LIGHT_HEIGHT) / (1 + LIGHT_HEIGHT)
  return [colour[0] * light, colour[1] * light, colour[2] * light]
}

/** The colour at this place of the round, eased from stop to stop. */
function palette(turns: number): Triple {
  const place = turns - Math.floor(turns)
  const next = STOPS.findIndex((stop) => stop.place > place)
  const [from, to] = [STOPS[next - 1], STOPS[next]]
  if (!from || !to) throw new Error(`the palette has no place ${place}`)
  const along = (place - from.place) / (to.place - from.place)
  const eased = along * along * (3 - 2 * along)
  return mix(from.colour, to.colour, eased)
}

function mix(a: Triple, b: Triple, amount: number): Triple {
  const between = (from: number, to: number) => from + (to - from) * amount
  return [between(a[0], b[0]), between(a[1], b[1]), between(a[2], b[2])]
}
