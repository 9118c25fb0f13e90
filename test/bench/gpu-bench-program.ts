/** Runs in a process of its own, whose environment leads to a Vulkan driver (see main.ts). */
import { measureGpu } from './gpu-bench.ts'

const figures = await measureGpu((line) => process.stderr.write(`${line}\n`))
process.send?.(figures)
process.disconnect()
