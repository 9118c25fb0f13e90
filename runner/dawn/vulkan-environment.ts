import { existsSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import type { DawnBackend } from './child-messages.ts'

/** Where Chromium's packages put the driver of SwiftShader, which computes on the CPU. */
const swiftShaderManifests = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
]

/** All of the environment that compiling strangers' text needs; whatever secrets lie in ours stay there. */
const harmless = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LD_LIBRARY_PATH', 'VK_ICD_FILENAMES']

/**
 * The environment in which a child finds its Vulkan driver. For `software` it is the one that `VK_ICD_FILENAMES` names,
 * or SwiftShader alone where Chromium brought it; for `default`, the machine's own with SwiftShader beside them.
 * A machine without a Vulkan loader finds the one that Chromium brings.
 */
export function childEnvironment(backend: DawnBackend): NodeJS.ProcessEnv {
  const { env } = process
  const own =
    backend === 'default' ? env : Object.fromEntries(harmless.map((name) => [name, env[name]] as const))
  const driver = env['VK_ICD_FILENAMES'] ?? swiftShaderManifests.find((path) => existsSync(path))
  if (backend === 'null' || driver === undefined) return own
  return {
    ...own,
    [backend === 'software' ? 'VK_ICD_FILENAMES' : 'VK_ADD_DRIVER_FILES']: driver,
    LD_LIBRARY_PATH: [env['LD_LIBRARY_PATH'], dirname(driver)].filter(Boolean).join(delimiter),
  }
}
