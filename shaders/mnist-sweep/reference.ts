import { CLASSES, type Digit } from '#shaders/knn-mnist/digits.ts'
import { clamp, down, expMinus, hash, logarithm, nearest } from '#shaders/mnist-sweep/fixed-point.ts'

/** One network's hyper-parameters. */
export interface Settings {
  readonly hidden: number
  /** Digits to a step. */
  readonly batch: number
  readonly rate: number
  readonly decay: number
  readonly frictionBits: number
  readonly seed: number
  readonly epochs: number
}

export interface Row {
  /** From 1. */
  readonly epoch: number
  /** Mean cross-entropy while learning, in nats. */
  readonly loss: number
  readonly accuracy: number
}

/** For each unit its weights (Q20) by input; the last input is always one. And what was last added to them. */
interface Layer {
  readonly weights: Int32Array[]
  readonly velocities: Int32Array[]
}

interface Network {
  readonly hidden: Layer
  readonly output: Layer
}

const WEIGHT_MAX = 4 * 2 ** 20 - 1
const GRADIENT_MAX = 2 * 2 ** 20 - 1
const HIDDEN_MAX = 2047
const ONE = 256

/**
 * Trains a two-layer perceptron (ReLU, softmax, cross-entropy) by stochastic gradient descent with momentum and weight
 * decay, digit by digit and weight by weight. A row an epoch.
 * Method: Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors" (1986).
 */
export function trainNetwork(training: readonly Digit[], test: readonly Digit[], settings: Settings): Row[] {
  const network = newNetwork(training[0]?.pixels.length ?? 0, settings)
  const steps = Math.floor(training.length / settings.batch)
  return Array.from({ length: settings.epochs }, (_, epoch) => {
    const order = hash(hash(settings.seed + 1) + epoch)
    let loss = 0
    for (let step = 0; step < steps; step++) {
      const drawn = Array.from({ length: settings.batch }, (_, member) => {
        const number = hash((order + step * settings.batch + member) >>> 0) % training.length
        const digit = training[number]
        if (!digit) throw new Error('a network needs digits to learn from')
        return digit
      })
      loss += learn(network, drawn, settings)
    }
    const right = test.filter((digit) => digit.label === classOf(network, digit)).length
    return {
      epoch: epoch + 1,
      loss: Math.floor(loss / Math.max(1, steps * settings.batch)) / 4096,
      accuracy: Math.floor((right * 65536) / Math.max(1, test.length)) / 65536,
    }
  })
}

/** Rows as the kernel leaves them: u32, f32, f32. */
export function rowBytes(rows: readonly Row[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(12 * rows.length))
  rows.forEach(({ epoch, loss, accuracy }, index) => {
    view.setUint32(12 * index, epoch, true)
    view.setFloat32(12 * index + 4, loss, true)
    view.setFloat32(12 * index + 8, accuracy, true)
  })
  return new Uint8Array(view.buffer)
}

/** Weights from even chances within ±√(6 / inputs) (He et al. 2015), biases zero. */
function newNetwork(pixels: number, { hidden, seed }: Settings): Network {
  const layer = (inputs: number, units: number, groupsBefore: number): Layer => {
    const limit = Math.floor(16384 * Math.sqrt(6 / inputs))
    const weightOf = (unit: number, input: number) => {
      if (input === inputs) return 0
      // Weights are numbered in groups of four inputs, unit by unit.
      const number = 4 * (groupsBefore + Math.floor(input / 4) * units + unit) + (input % 4)
      return down(((hash((hash(seed) + number) >>> 0) >>> 16) - 32768) * limit, 9)
    }
    const weights = Array.from({ length: units }, (_, unit) =>
      Int32Array.from({ length: inputs + 1 }, (_, input) => weightOf(unit, input)),
    )
    return { weights, velocities: weights.map((row) => new Int32Array(row.length)) }
  }
  return { hidden: layer(pixels, hidden, 0), output: layer(hidden, CLASSES, (pixels / 4 + 1) * hidden) }
}

/** The hidden values, Q8, and what they are before clamping to [0, 8). */
function hiddenValues({ hidden }: Network, image: Uint8Array): number[] {
  return hidden.weights.map((weights) => clamp(down(weighted(weights, image, 8), 12), 0, HIDDEN_MAX))
}

/** Inputs times weights, rounded down by `coarser` bits first, and the bias. */
function weighted(weights: Int32Array, inputs: Uint8Array | readonly number[], coarser: number): number {
  let sum = ONE * down(weights[inputs.length] ?? 0, coarser)
  for (let input = 0; input < inputs.length; input++) {
    sum += (inputs[input] ?? 0) * ((weights[input] ?? 0) >> coarser)
  }
  return sum
}

/** The class with the greatest output; of equal ones the first. */
function classOf(network: Network, { pixels }: Digit): number {
  const values = hiddenValues(network, pixels)
  const outputs = network.output.weights.map((weights) => weighted(weights, values, 10))
  return outputs.indexOf(Math.max(...outputs))
}

interface Lesson {
  /** Of each layer: inputs (Q8), and by how much the loss grows with what enters each unit (Q14). */
  readonly hidden: { readonly inputs: Uint8Array; readonly errors: readonly number[] }
  readonly output: { readonly inputs: readonly number[]; readonly errors: readonly number[] }
  /** Q12. */
  readonly loss: number
}

/** One step; returns the batch's loss before it, Q12. */
function learn(network: Network, digits: readonly Digit[], settings: Settings): number {
  const lessons = digits.map((digit) => lessonOf(network, digit))
  descend(
    network.hidden,
    lessons.map((lesson) => lesson.hidden),
    settings,
  )
  descend(
    network.output,
    lessons.map((lesson) => lesson.output),
    settings,
  )
  return lessons.reduce((sum, lesson) => sum + lesson.loss, 0)
}

function lessonOf(network: Network, { pixels, label }: Digit): Lesson {
  const values = hiddenValues(network, pixels)
  const outputs = network.output.weights.map((weights) => down(weighted(weights, values, 10), 6))
  const most = Math.max(...outputs)
  const powers = outputs.map((output) => expMinus(most - output))
  const sum = powers.reduce((a, b) => a + b)
  const outputErrors = powers.map(
    (power, unit) => Math.floor((power * 2 ** 14) / sum) - (unit === label ? 2 ** 14 : 0),
  )
  const hiddenErrors = values.map((value, unit) => {
    if (value === 0 || value === HIDDEN_MAX) return 0
    const seen = outputErrors.map(
      (error, output) => error * down(network.output.weights[output]?.[unit] ?? 0, 10),
    )
    return down(
      seen.reduce((a, b) => a + b),
      10,
    )
  })
  return {
    hidden: { inputs: pixels, errors: hiddenErrors },
    output: { inputs: values, errors: outputErrors },
    loss: Math.min(most - (outputs[label] ?? 0), 16 * 4096) + logarithm(sum),
  }
}

/** Moves each weight against its gradient, the mean over the batch of input × error. */
function descend(
  { weights, velocities }: Layer,
  lessons: readonly { readonly inputs: Uint8Array | readonly number[]; readonly errors: readonly number[] }[],
  settings: Settings,
) {
  weights.forEach((row, unit) => {
    const velocity = velocities[unit] ?? row
    const sums = new Float64Array(row.length)
    for (const { inputs, errors } of lessons) {
      const error = errors[unit] ?? 0
      for (let input = 0; input < inputs.length; input++)
        sums[input] = (sums[input] ?? 0) + (inputs[input] ?? 0) * error
      sums[inputs.length] = (sums[inputs.length] ?? 0) + ONE * error
    }
    for (let input = 0; input < row.length; input++) {
      const weight = row[input] ?? 0
      const pull = nearest(Math.round(65536 * settings.decay) * down(weight, 8), 8)
      const mean = nearest(sums[input] ?? 0, 2 + Math.log2(settings.batch))
      const gradient = clamp(mean + pull, -GRADIENT_MAX, GRADIENT_MAX)
      const last = velocity[input] ?? 0
      const next =
        last - nearest(last, settings.frictionBits) - nearest(gradient * Math.round(1024 * settings.rate), 10)
      velocity[input] = next
      row[input] = clamp(weight + next, -WEIGHT_MAX, WEIGHT_MAX)
    }
  })
}
