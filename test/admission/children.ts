import { readdirSync, readFileSync } from 'node:fs'

/** Runner children of this process that are still there, by their ids; only Linux says. */
export function childrenLeft(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isChild(name))
}

function isChild(processId: string): boolean {
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8')
    const commandLine = readFileSync(`/proc/${processId}/cmdline`, 'utf8')
    return status.includes(`\nPPid:\t${process.pid}\n`) && commandLine.includes('runner-child-program')
  } catch {
    // It ended meanwhile.
    return false
  }
}
