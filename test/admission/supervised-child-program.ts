/** A child for supervised-child.test.ts that does as it is told, badly. */
import process from 'node:process'

const kept: Uint8Array[] = []

process.on('message', ({ id, does }: { id: number; does: string }) => {
  switch (does) {
    case 'answer':
      process.send?.({ answers: id, value: 'here' })
      return
    case 'fail':
      process.send?.({ answers: id, failure: 'I cannot' })
      return
    case 'die':
      process.stderr.write('these are my last words\n', () => process.abort())
      return
    case 'hang':
      // As native code that never returns: this thread hears nothing more.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      return
    case 'eat':
      setInterval(() => {
        kept.push(new Uint8Array(16 * 2 ** 20).fill(1))
      }, 5)
      return
    default:
      process.send?.({ said: does })
  }
})
