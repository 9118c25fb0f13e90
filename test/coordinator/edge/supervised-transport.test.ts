import { kill } from 'node:process'
import pino from 'pino'
import { expect, test } from 'vitest'
import { SupervisedTransport } from '#coordinator/edge/webrtc/supervised-transport.ts'
import { someBytes } from '#test/compliance/some-rows.ts'
import { waitFor } from '../../network/wait-for.ts'

const echoHost = new URL('echo-host.ts', import.meta.url).pathname
const stillHost = new URL('still-host.ts', import.meta.url).pathname

test('[T4] what is sent to a host that has just died is lost with it, and the coordinator lives', async () => {
  const opened: string[] = []
  const closed: string[] = []
  const transport = new SupervisedTransport({
    peer: 'coordinator',
    port: 1,
    path: '/',
    mintTicket: () => 'ticket',
    log: pino({ level: 'silent' }),
    host: stillHost,
  })
  await transport.start({
    opened: (session) => opened.push(session),
    closed: (session) => closed.push(session),
    heard: () => undefined,
    suspected: () => undefined,
    message: () => undefined,
  })
  try {
    const session = await waitFor('the first session', 20_000, () => Promise.resolve(opened[0]))
    const { hostProcessId = 0 } = transport
    kill(hostProcessId, 'SIGKILL')
    // Held here, this process hears nothing of the end, as when it is busy.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    for (let order = 0; order < 50; order += 1)
      transport.send(session, { type: 'welcome', heartbeatMs: 1_000 })
    await waitFor('another host and its session', 20_000, () => Promise.resolve(opened[1]))
    expect(closed).toEqual([session])
    expect(transport.hostProcessId).not.toBe(hostProcessId)
  } finally {
    await transport.stop()
  }
})

test('[T4] a message goes through the host with its bytes, and a session tells the network of its peer', async () => {
  const opened: unknown[] = []
  const echoed: { header: unknown; payload: Uint8Array }[] = []
  const transport = new SupervisedTransport({
    peer: 'coordinator',
    port: 1,
    path: '/',
    mintTicket: () => 'ticket',
    networkOf: (peer) => (peer === 'provider-1' ? 'net-1' : undefined),
    log: pino({ level: 'silent' }),
    host: echoHost,
  })
  await transport.start({
    opened: (session, network) => opened.push([session, network]),
    closed: () => undefined,
    heard: () => undefined,
    suspected: () => undefined,
    message: (_session, message) => echoed.push(message),
  })
  try {
    await waitFor('the session', 20_000, () => Promise.resolve(opened[0]))
    expect(opened).toEqual([['echo', 'net-1']])
    const bytes = someBytes(1_000_000)
    transport.send('echo', { type: 'welcome', heartbeatMs: 1_000 }, bytes)
    transport.send('echo', { type: 'welcome', heartbeatMs: 2_000 })
    await waitFor('the echo', 20_000, () => Promise.resolve(echoed[1]))
    expect(echoed.map(({ header }) => header)).toEqual([
      { type: 'welcome', heartbeatMs: 1_000 },
      { type: 'welcome', heartbeatMs: 2_000 },
    ])
    expect(Buffer.from(echoed[0]?.payload ?? []).equals(bytes)).toBe(true)
    expect(echoed[1]?.payload).toHaveLength(0)
  } finally {
    await transport.stop()
  }
})
