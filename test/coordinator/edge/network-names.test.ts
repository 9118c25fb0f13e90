import { describe, expect, test } from 'vitest'
import { NetworkNames } from '#coordinator/edge/webrtc/network-names.ts'

describe('[T6] names of networks', () => {
  const names = new NetworkNames()

  test.each([
    ['192.0.2.1', '192.0.2.254'],
    ['192.0.2.1', '::ffff:192.0.2.9'],
    ['2001:db8:7::1', '2001:db8:7:ffff:1:2:3:4'],
    ['2001:db8::1', '2001:0DB8:0000:5::'],
    ['fe80::1%eth0', 'fe80::2'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:1::'],
  ])('%s and %s are one network', (one, other) => {
    expect(names.nameOf(one)).toMatch(/^[0-9a-f]{16}$/)
    expect(names.nameOf(one)).toBe(names.nameOf(other))
  })

  test.each([
    ['192.0.2.1', '192.0.3.1'],
    ['2001:db8:7::1', '2001:db8:8::1'],
    ['2001:db8::1', '2001:db9::1'],
    ['192.0.2.1', '2001:db8::1'],
  ])('%s and %s are two', (one, other) => {
    expect(names.nameOf(one)).not.toBe(names.nameOf(other))
  })

  test.each([undefined, '', '127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', '::', 'example.org'])(
    '%s says nothing of where its peer is',
    (address) => {
      expect(names.nameOf(address)).toBeUndefined()
    },
  )

  test('another process has other names', () => {
    expect(new NetworkNames().nameOf('192.0.2.1')).not.toBe(names.nameOf('192.0.2.1'))
  })

  test('a peer that comes again, from nowhere that is known, has no name', () => {
    names.met('peer', '192.0.2.1')
    expect(names.of('peer')).toBe(names.nameOf('192.0.2.1'))
    names.met('peer', '127.0.0.1')
    expect(names.of('peer')).toBeUndefined()
  })
})
