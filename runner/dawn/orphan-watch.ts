/**
 * A thread of the runner's child that ends the process once its parent is gone. Not the main thread's task: native
 * code that hangs there would hear of no disconnect, and the machine would compute an endless kernel for nobody.
 */
import process from 'node:process'

const lookMs = 1_000
const parent = process.ppid

setInterval(() => {
  // An orphan is adopted by another process.
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, lookMs)
