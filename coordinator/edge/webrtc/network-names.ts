import { createHmac, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'

/**
 * Which network each peer comes from, as a name that says nothing to anyone: audits go to other networks where they
 * can. The names live as long as the process and are never stored or logged; addresses are not kept at all.
 */
export class NetworkNames {
  readonly #salt = randomBytes(32)
  readonly #names = new Map<string, string>()

  /** A peer has connected to the signalling server from this address. */
  met(peer: string, address: string | undefined): void {
    const name = this.nameOf(address)
    if (name === undefined) this.#names.delete(peer)
    else this.#names.set(peer, name)
  }

  forget(peer: string): void {
    this.#names.delete(peer)
  }

  of(peer: string): string | undefined {
    return this.#names.get(peer)
  }

  /** 16 hexadecimal digits for an IPv4 /24 or an IPv6 /48; undefined where the address says nothing of the peer. */
  nameOf(address: string | undefined): string | undefined {
    const prefix = address === undefined ? undefined : prefixOf(address)
    return prefix && createHmac('sha256', this.#salt).update(prefix).digest('hex').slice(0, 16)
  }
}

function prefixOf(address: string): string | undefined {
  const [plain = ''] = address.split('%')
  const version4 = plain.replace(/^::ffff:(?=\d+\.)/i, '')
  switch (isIP(version4)) {
    case 4:
      // What comes over the loopback is this machine itself, or a proxy on it.
      return version4.startsWith('127.') ? undefined : version4.split('.').slice(0, 3).join('.')
    case 6: {
      const groups = groupsOf(version4)
      return groups.slice(0, 7).every((group) => group === 0) ? undefined : groups.slice(0, 3).join(':')
    }
    default:
      return undefined
  }
}

/** The eight groups of an IPv6 address; the last two may be written as IPv4. */
function groupsOf(address: string): number[] {
  const [left = '', right] = address.split('::')
  const numbers = (text: string) =>
    text === ''
      ? []
      : text.split(':').flatMap((group) => (group.includes('.') ? [0, 0] : [Number.parseInt(group, 16)]))
  if (right === undefined) return numbers(left)
  const [before, after] = [numbers(left), numbers(right)]
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}
