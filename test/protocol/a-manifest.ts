type Fields = Record<string, unknown>

/** `job.json` of a small raw job: ten numbers in spans of four, so that the last unit is shorter. */
export function aManifestJson(changes: Fields = {}): Fields {
  return {
    name: 'Squares',
    summary: 'Squares ten numbers.',
    cause: 'science',
    licence: 'MIT',
    wgsl: ['squares.wgsl'],
    inputs: { numbers: { file: 'numbers.bin', shared: true } },
    buffers: {
      numbers: { from: 'input:numbers' },
      params: { uniform: { begin: '$unit.begin:u32', count: '$unit.count:u32' } },
      out: { bytes: '4*$unit.count', result: true },
    },
    passes: [{ do: [aDispatch()] }],
    units: { range: [0, 10], granule: 4 },
    quorum: 2,
    verify: { out: { compare: 'exact' } },
    collect: { kind: 'raw', buffer: 'out' },
    price: { perUnitMask: '0.5', budgetMask: '2' },
    ...changes,
  }
}

/** One dispatch of that job. */
export function aDispatch(changes: Fields = {}): Fields {
  return {
    entry: 'main',
    bind: { '0.0': 'params', '0.1': 'numbers', '0.2': 'out' },
    workgroups: ['ceil($unit.count/64)'],
    ...changes,
  }
}

/** The buffers of that job with others beside them, or in their place. */
export function someBuffers(changes: Fields = {}): Fields {
  return {
    numbers: { from: 'input:numbers' },
    params: { uniform: { begin: '$unit.begin:u32' } },
    out: { bytes: '4*$unit.count', result: true },
    ...changes,
  }
}
