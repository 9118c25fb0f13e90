import { readdir, readFile } from 'node:fs/promises'

interface Process {
  readonly id: number
  readonly parent: number
  readonly command: string
}

/** The id of a browser's GPU process, found among the browser's own descendants; undefined while there is none. Linux only. */
export async function gpuProcessOf(browserId: number): Promise<number | undefined> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const processes = (await Promise.all(names.map(readProcess))).filter((one) => one !== undefined)
  const family = new Set([browserId])
  for (let size = 0; size < family.size;) {
    size = family.size
    for (const { id, parent } of processes) if (family.has(parent)) family.add(id)
  }
  return processes.find(({ id, command }) => family.has(id) && command.includes('--type=gpu-process'))?.id
}

async function readProcess(name: string): Promise<Process | undefined> {
  try {
    const [status, command] = await Promise.all([
      readFile(`/proc/${name}/stat`, 'utf8'),
      readFile(`/proc/${name}/cmdline`, 'utf8'),
    ])
    // "id (name) state parent …", and the name may hold anything.
    const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ')
    // One that was killed stays listed until its parent has looked.
    return state === 'Z' ? undefined : { id: Number(name), parent: Number(parent), command }
  } catch {
    // It ended while it was looked at.
    return undefined
  }
}
