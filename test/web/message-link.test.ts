import { describe, expect, test } from 'vitest'
import { encodeFrames, FrameReader, type Message } from '#protocol/frames.ts'
import { limits } from '#protocol/limits.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import { bridgeChannel } from '#web/edge/channel-bridge.ts'
import { Conversation } from '#web/edge/conversation.ts'
import { lowWaterBytes } from '#web/edge/message-link.ts'
import { FakeChannel } from './fake-channel.ts'

const aNonce = `0x${'05'.repeat(32)}` as const

/** A conversation over one kind of carrier, and the coordinator's side of it. */
function talk(bridged: boolean) {
  const [local, remote] = FakeChannel.pair()
  let carrier = local as unknown as RTCDataChannel | MessagePort
  if (bridged) {
    const { port1, port2 } = new MessageChannel()
    bridgeChannel(local as unknown as RTCDataChannel, port1)
    carrier = port2
  }
  const heard: FromCoordinator[] = []
  const events: string[] = []
  const conversation = new Conversation(carrier, {
    onOpen: () => events.push('open'),
    onMessage: (message) => heard.push(message),
    onLost: () => events.push('lost'),
  })
  const reader = new FrameReader()
  const arrived: Message[] = []
  remote.onmessage = ({ data }) => {
    const message = reader.push(new Uint8Array(data as ArrayBuffer))
    if (message) arrived.push(message)
  }
  remote.readyState = 'open'
  const say = (header: unknown) => {
    for (const frame of encodeFrames(header)) remote.send(frame)
  }
  return { local, remote, conversation, heard, events, arrived, say }
}

describe.each([
  ['a transferred channel', false],
  ['a bridged channel', true],
])('%s', (_name, bridged) => {
  test('[W19] opens, hears and speaks in whole messages, in order', async () => {
    const { local, conversation, heard, events, arrived, say } = talk(bridged)
    local.open()
    say({ type: 'welcome', heartbeatMs: 1_000 })
    say({ type: 'account', accepted: 1, pendingWei: '5', earnedWei: '0', claimableWei: '0', claimedWei: '0' })
    await expect.poll(() => heard).toHaveLength(2)
    expect(heard[1]).toMatchObject({ type: 'account', pendingWei: 5n })
    const payload = new Uint8Array(3_000_000).map((_, index) => index % 251)
    conversation.send({ type: 'heartbeat' })
    conversation.send({ type: 'reveal', assignment: 'deadbeef/0/0', nonce: aNonce }, payload)
    conversation.send({ type: 'leave' })
    await expect.poll(() => arrived, { timeout: 5_000 }).toHaveLength(3)
    expect(arrived.map(({ header }) => (header as { type: string }).type)).toEqual([
      'heartbeat',
      'reveal',
      'leave',
    ])
    expect(Buffer.compare(arrived[1]?.payload ?? new Uint8Array(), payload)).toBe(0)
    expect(events).toEqual(['open'])
  })

  test('[W20] no more waits in the channel than the low-water mark and one frame', async () => {
    const { local, conversation, arrived } = talk(bridged)
    local.open()
    conversation.send(
      { type: 'reveal', assignment: 'deadbeef/0/0', nonce: aNonce },
      new Uint8Array(5_000_000),
    )
    await expect.poll(() => arrived, { timeout: 5_000 }).toHaveLength(1)
    expect(local.bufferedAmountMax).toBeLessThanOrEqual(lowWaterBytes + limits.frameBytesMax)
  })

  test('[W21] finishing sends what is waiting, then closes, and tells nobody', async () => {
    const { local, remote, conversation, arrived, events } = talk(bridged)
    local.open()
    conversation.send(
      { type: 'reveal', assignment: 'deadbeef/0/0', nonce: aNonce },
      new Uint8Array(2_000_000),
    )
    conversation.send({ type: 'leave' })
    await conversation.finish()
    await expect.poll(() => remote.readyState).toBe('closed')
    expect(arrived).toHaveLength(2)
    expect(events).not.toContain('lost')
  })

  test('[W21] finishing over a link that never opened ends all the same', async () => {
    const { conversation } = talk(bridged)
    await conversation.finish()
  })

  test('[W22] a cut link is lost, once', async () => {
    const { local, remote, conversation, events } = talk(bridged)
    local.open()
    remote.cut()
    await expect.poll(() => events).toEqual(['open', 'lost'])
    // As a session may that has not heard of it yet.
    expect(() => {
      conversation.send({ type: 'heartbeat' })
    }).not.toThrow()
    expect(events).toEqual(['open', 'lost'])
  })

  test.each([
    ['no message', { type: 'nonsense' }],
    ['an unknown field', { type: 'welcome', heartbeatMs: 1, extra: true }],
  ])('[W22] over a link that carries %s the conversation ends', async (_what, header) => {
    const { local, remote, heard, events, say } = talk(bridged)
    local.open()
    say(header)
    say({ type: 'welcome', heartbeatMs: 1 })
    await expect.poll(() => events).toContain('lost')
    await expect.poll(() => remote.readyState).toBe('closed')
    expect(heard).toEqual([])
  })
})
