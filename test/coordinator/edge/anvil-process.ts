import { readdirSync, readFileSync } from 'node:fs'

/** The process of the development chain's node that this process has started. Linux only. */
export function anvilProcessId(): number {
  for (const child of childrenOf(process.pid)) {
    const [node] = fileOf(child, 'cmdline').includes('anvil-watchdog') ? childrenOf(child) : []
    if (node !== undefined) return node
  }
  throw new Error('no chain of ours runs')
}

/** Processes whose parent is this one. */
function childrenOf(parent: number): number[] {
  const ids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  return ids.filter((id) => {
    const stat = fileOf(id, 'stat')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
  })
}

/** Empty for a process that has ended while we look. */
function fileOf(id: number, name: string): string {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
