import { aDispatch, goodBind, goodBuffers, type BadJob } from './a-job.ts'

const manifestInvalid = 'manifestInvalid'
const nested = (depth: number): unknown => {
  let step: unknown = aDispatch()
  for (let level = 0; level < depth; level += 1) step = { repeat: 2, do: [step] }
  return step
}

/** Jobs whose manifest alone gives them away: no kernel is looked at. */
export const badManifests: readonly BadJob[] = [
  {
    title: 'a field nobody knows',
    manifest: { deadline: 'tomorrow' },
    reason: manifestInvalid,
    where: 'deadline',
    says: /deadline/,
  },
  {
    title: 'a field nobody knows inside of a buffer',
    manifest: { buffers: { ...goodBuffers, squares: { bytes: 4096, result: true, colour: 'red' } } },
    reason: manifestInvalid,
    says: /buffers\.squares/,
  },
  { title: 'a price of nothing', manifest: { price: { perUnitMask: '0', budgetMask: '1' } }, reason: manifestInvalid, where: 'price.perUnitMask', says: /above zero/ },
  { title: 'a price below zero', manifest: { price: { perUnitMask: '-1', budgetMask: '1' } }, reason: manifestInvalid, where: 'price.perUnitMask', says: /above zero/ },
  { title: 'a price that does not divide', manifest: { quorum: 3, price: { perUnitMask: '0.1', budgetMask: '1' } }, reason: 'priceInvalid', where: 'price.perUnitMask', says: /split evenly among 3/ },
  { title: 'a budget that does not do', manifest: { price: { perUnitMask: '1', budgetMask: '3.5' } }, reason: 'budgetTooSmall', where: 'price.budgetMask', says: /4 units cost 4 MASK/ },
  { title: 'a quorum of six', manifest: { quorum: 6 }, reason: manifestInvalid, where: 'quorum', says: /5/ },
  { title: 'a range that ends before it begins', manifest: { units: { range: [9, 9], granule: 1 } }, reason: manifestInvalid, where: 'units.range', says: /end must be above/ },
  { title: 'more units than can be kept', manifest: { units: { range: [0, 2_000_000], granule: 1 } }, reason: 'tooLarge', where: 'units', says: /2000000 units; at most 1000000/ },
  { title: 'an expression that is JavaScript', manifest: { passes: [aDispatch({ workgroups: ['process.exit(1)'] })] }, reason: manifestInvalid, says: /passes\.0.*process/ },
  { title: 'an expression without end', manifest: { passes: [aDispatch({ workgroups: ['('.repeat(199)] })] }, reason: manifestInvalid, says: /passes\.0.*deep/ },
  { title: 'a variable nobody knows', manifest: { passes: [aDispatch({ workgroups: ['$unit.cuont'] })] }, reason: manifestInvalid, says: /\$unit\.cuont/ },
  { title: 'parameters that use one another in a circle', manifest: { parameters: { a: '$b+1', b: '$a+1' } }, reason: manifestInvalid, says: /\$b/ },
  { title: 'a parameter that uses itself', manifest: { parameters: { a: '$a+1' } }, reason: manifestInvalid, says: /\$a/ },
  { title: 'a buffer from an input that is not there', manifest: { buffers: { ...goodBuffers, numbers: { from: 'input:numerals' } } }, reason: manifestInvalid, where: 'buffers.numbers.from', says: /numerals/ },
  { title: 'a result that starts as an input that is not there', manifest: { buffers: { ...goodBuffers, squares: { bytes: '4*$unit.count', result: true, init: 'input:start' } } }, reason: manifestInvalid, says: /start/ },
  { title: 'a binding to a buffer that is not there', manifest: { passes: [aDispatch({ bind: { ...goodBind, '0.1': 'nombres' } })] }, reason: manifestInvalid, says: /nombres/ },
  { title: 'a swap of buffers that are not there', manifest: { passes: [aDispatch({ bind: { ...goodBind, '0.1': { swap: ['numbers', 'nombres'] } } })] }, reason: manifestInvalid, says: /nombres/ },
  { title: 'a group that no device has', manifest: { passes: [aDispatch({ bind: { ...goodBind, '4.0': 'numbers' } })] }, reason: manifestInvalid, says: /<group>\.<binding>/ },
  { title: 'an indirect dispatch by a buffer that is not there', manifest: { passes: [{ entry: 'main', bind: goodBind, indirect: 'counts@0' }] }, reason: manifestInvalid, says: /counts/ },
  { title: 'a copy from a buffer that is not there', manifest: { passes: [aDispatch(), { copy: ['nombres', 'squares'] }] }, reason: manifestInvalid, says: /nombres/ },
  { title: 'a clearing of a buffer that is not there', manifest: { passes: [{ clear: 'nombres' }, aDispatch()] }, reason: manifestInvalid, says: /nombres/ },
  { title: 'repeats inside of repeats without end', manifest: { passes: [nested(9)] }, reason: manifestInvalid, says: /repeat|nest/ },
  { title: 'repeats as deep as a stack', manifest: { passes: [nested(1_000)] }, reason: manifestInvalid, says: /repeat|nest/ },
  { title: 'more steps than a list may have', manifest: { passes: Array.from({ length: 257 }, () => ({ clear: 'squares' })) }, reason: manifestInvalid, where: 'passes', says: /256/ },
  { title: 'a tolerance for nothing', manifest: { verify: { squares: { compare: 'exact' }, circles: { compare: 'exact' } } }, reason: manifestInvalid, where: 'verify.circles', says: /circles/ },
  { title: 'a comparator that is none', manifest: { verify: { squares: { compare: 'approximately' } } }, reason: manifestInvalid, says: /verify\.squares/ },
  { title: 'a verify kernel for units that two compute', manifest: { verify: { squares: { compare: 'checker', wgsl: 'check.wgsl' } } }, reason: manifestInvalid, where: 'quorum', says: /verify kernel/ },
  { title: 'a tolerance that lets everything pass', manifest: { verify: { squares: { compare: 'tolerance', atol: 0, rtol: 0, outliers: 2 } } }, reason: manifestInvalid, says: /outliers/ },
  { title: 'a collection of what is no result', manifest: { collect: { kind: 'raw', buffer: 'numbers' } }, reason: manifestInvalid, where: 'collect.buffer', says: /numbers/ },
  { title: 'a result of nothing', manifest: { buffers: { ...goodBuffers, squares: { bytes: 0, result: true } } }, reason: 'tooLarge', where: 'buffers.squares.bytes', says: /0 bytes/ },
  { title: 'a result of three bytes', manifest: { buffers: { ...goodBuffers, squares: { bytes: 3, result: true } } }, reason: 'tooLarge', where: 'buffers.squares.bytes', says: /3 bytes.*multiple of 4/ },
  { title: 'a result that no message carries', manifest: { buffers: { ...goodBuffers, squares: { bytes: 2 ** 25, result: true } } }, reason: 'tooLarge', says: /33554432 bytes/ },
  { title: 'a result of a petabyte', manifest: { buffers: { ...goodBuffers, squares: { bytes: 1e15, result: true } } }, reason: 'tooLarge', says: /1000000000000000 bytes/ },
  { title: 'a result that changes its size by unit', manifest: { buffers: { ...goodBuffers, squares: { bytes: '4*$unit.index+4', result: true } } }, reason: manifestInvalid, where: 'buffers.squares.bytes', says: /\$unit\.count and parameters/ },
  { title: 'a texture format that no kernel writes', manifest: { textures: { canvas: { format: 'bc1-rgba-unorm', size: [8, 8] } } }, reason: manifestInvalid, where: 'textures.canvas.format', says: /format/ },
  { title: 'an entry that is a path', manifest: { wgsl: ['../../etc/passwd'] }, reason: manifestInvalid, where: 'wgsl.0', says: /plain file name/ },
] // prettier-ignore
