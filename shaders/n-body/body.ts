export type Vector = readonly [number, number, number]

export interface Body {
  readonly position: Vector
  readonly mass: number
  readonly velocity: Vector
  readonly galaxy: 0 | 1
}

/** As the kernel reads them: eight little-endian f32 a body. */
export function packBodies(bodies: readonly Body[]): Uint8Array {
  const numbers = bodies.flatMap(({ position, mass, velocity, galaxy }) => [
    ...position,
    mass,
    ...velocity,
    galaxy,
  ])
  return new Uint8Array(Float32Array.from(numbers).buffer)
}

/** The bodies of a packed file. */
export function unpackBodies(bytes: Uint8Array): Body[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / 32 }, (_, index) => {
    const number = (at: number) => view.getFloat32(32 * index + 4 * at, true)
    return {
      position: [number(0), number(1), number(2)],
      mass: number(3),
      velocity: [number(4), number(5), number(6)],
      galaxy: number(7) === 0 ? 0 : 1,
    }
  })
}

export const add = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

export const scale = (a: Vector, factor: number): Vector => [a[0] * factor, a[1] * factor, a[2] * factor]

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

/**
 * The pull of some bodies on a place, G = 1, as if each were spread over a ball of about the softening's size (Plummer
 * 1911). A body in the place itself does not pull.
 */
export function pullOn(place: Vector, sources: readonly Body[], softening: number): Vector {
  let [x, y, z] = [0, 0, 0]
  for (const { position, mass } of sources) {
    const dx = position[0] - place[0]
    const dy = position[1] - place[1]
    const dz = position[2] - place[2]
    const square = dx * dx + dy * dy + dz * dz + softening * softening
    const strength = mass / (square * Math.sqrt(square))
    x += strength * dx
    y += strength * dy
    z += strength * dz
  }
  return [x, y, z]
}
