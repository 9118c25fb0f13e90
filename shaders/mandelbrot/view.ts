import { fixed, type Fixed } from '#shaders/mandelbrot/fixed-point.ts'

/**
 * Where the picture is: the centre of a copy of the whole set, 7·10⁻¹⁴ wide, near the point −0.7757 + 0.1365 i.
 * Found by Newton's method for the point near there whose orbit comes back to 0 after PERIOD steps; all digits are right.
 */
export const CENTRE: readonly [Fixed, Fixed] = [
  fixed('-0.775677249855173015664261165742951766614608771'),
  fixed('0.136473278793784706146219910434869393289019364'),
]

/** After how many steps the centre's orbit is at 0 again. */
export const PERIOD = 145
