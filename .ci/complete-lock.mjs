// npm drops a platform's optional package from the lock file when the registry at hand does not
// carry it, and `npm ci` then refuses the lock file it wrote. This puts such entries back, pinned
// to the version their parent asks for. Run it after every `npm install` that changes the lock.
import { readFileSync, writeFileSync } from 'node:fs'

const lockFile = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(lockFile, 'utf8'))
const added = []

/** Reads operating system, processor and C library from a package name such as `…-linux-arm64-musl`. */
const platformOf = (name) => {
  const words = name.split('/').pop().split('-')
  const pick = (table) => words.map((word) => table[word]).find(Boolean)
  const os = pick({
    darwin: 'darwin',
    linux: 'linux',
    win32: 'win32',
    freebsd: 'freebsd',
    android: 'android',
    openharmony: 'openharmony',
  })
  const cpu = pick({
    amd64: 'x64',
    x64: 'x64',
    arm64: 'arm64',
    arm: 'arm',
    ia32: 'ia32',
    ppc64: 'ppc64',
    riscv64: 'riscv64',
    s390x: 's390x',
  })
  const libc = pick({ musl: 'musl', gnu: 'glibc', musleabihf: 'musl', gnueabihf: 'glibc' })
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) }
}

for (const [parentPath, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const places = [`${parentPath}/node_modules/${name}`, `node_modules/${name}`]
    if (places.some((place) => lock.packages[place])) continue
    if (!/^\d+\.\d+\.\d+/.test(version)) continue
    const entry = { version, ...platformOf(name), ...(parent.dev && { dev: true }), optional: true }
    if (!entry.os) continue
    lock.packages[`node_modules/${name}`] = entry
    added.push(name)
  }
}

const [root, ...rest] = Object.entries(lock.packages)
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))])
writeFileSync(lockFile, JSON.stringify(lock, null, 2) + '\n')
process.stdout.write(
  added.length === 0 ? 'the lock file is complete\n' : `added ${added.length}: ${added.join(', ')}\n`,
)
