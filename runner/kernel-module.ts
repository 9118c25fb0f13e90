import type { JobDevice } from './job-device.ts'
import { RunnerError, type CompilerMessage } from './runner-error.ts'

/**
 * Compiles a kernel's text.
 *
 * @throws {RunnerError} `compileFailed` with the compiler's messages, or `deviceLost`.
 */
export async function compileKernel(
  jobDevice: JobDevice,
  wgsl: string,
  label: string,
): Promise<GPUShaderModule> {
  const { device } = jobDevice
  // Errors come from the compiler with line and column; the scope only keeps them out of the console.
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label, code: wgsl })
  const scope = device.popErrorScope()
  const { messages } = await jobDevice.whileAlive(module.getCompilationInfo())
  const fault = await jobDevice.whileAlive(scope)
  const compilerMessages: CompilerMessage[] = messages
    .filter((message) => message.type === 'error')
    .map((message) => ({ line: message.lineNum, column: message.linePos, text: message.message }))
  const [first] = compilerMessages
  if (first)
    throw new RunnerError(
      'compileFailed',
      `The kernel does not compile: ${first.line}:${first.column} ${first.text}`,
      { compilerMessages },
    )
  if (fault) throw new RunnerError('compileFailed', `The kernel does not compile: ${fault.message}`)
  return module
}
