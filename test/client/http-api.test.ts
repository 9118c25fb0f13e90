import { protocolVersion } from '#protocol/limits.ts'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Refusal } from '#protocol/refusal.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { aResult, aSpec } from '#test/client/a-job.ts'
import { SmallCoordinator } from '#test/client/small-coordinator.ts'
import { problem } from '#test/client/small-job.ts'

const quick = { retryMs: 1, retryMsMax: 2, patienceMs: 200 }

/** The error of a promise that must fail. */
async function failureOf(promise: Promise<unknown>): Promise<MaskError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(MaskError)
  return error as MaskError
}

describe('answers of a coordinator', () => {
  let coordinator: SmallCoordinator
  let mask: MaskClient

  beforeEach(async () => {
    coordinator = await SmallCoordinator.start()
    mask = new MaskClient({ baseUrl: `${coordinator.url}/`, timing: quick })
  })
  afterEach(() => coordinator.stop())

  test('[R1] an answer is parsed with the schema: sums arrive as bigint', async () => {
    const { spec, bytes } = aSpec()
    const { id } = coordinator.addJob(spec, bytes)
    const view = await mask.job(id).view()
    expect(view.budgetWei).toBe(3n * 10n ** 18n)
    expect(view.units.queued).toBe(4)
  })

  test('[R1] an answer that does not fit names the field and is not tried again', async () => {
    coordinator.faults.push((context) => context.json({ version: protocolVersion, name: 'odd' }))
    const error = await failureOf(mask.network())
    expect(error).toMatchObject({ code: 'answerBroken', retryable: false })
    expect(error.message).toContain('chainId')
    expect(coordinator.requests).toHaveLength(1)
  })

  test('[R1] an answer that is no JSON says so', async () => {
    coordinator.faults.push((context) => context.html('<h1>Welcome to nginx!</h1>'))
    expect(await failureOf(mask.network())).toMatchObject({ code: 'answerBroken', retryable: false })
  })

  test('[R2] a problem keeps reason, detail, where and next', async () => {
    const error = await failureOf(mask.job(`0x${'ee'.repeat(32)}`).view())
    expect(error).toMatchObject({ code: 'notFound', where: 'id', next: 'Check the id.', retryable: false })
    expect(error.message).toContain('There is no job 0xeeee')
  })

  test('[R2] a failure that is no problem keeps its status', async () => {
    coordinator.faults.push((context) => context.text('nope', 403))
    expect((await failureOf(mask.network())).message).toContain('403')
  })

  test('[R3] a coordinator that drains is tried again until it answers', async () => {
    const { spec, bytes } = aSpec()
    const { id } = coordinator.addJob(spec, bytes)
    let refusals = 3
    coordinator.faults.push((context) => {
      refusals -= 1
      return refusals >= 0 ? problem(context, new Refusal('draining', 'Stopping.')) : undefined
    })
    expect((await mask.job(id).view()).id).toBe(id)
    expect(coordinator.requests).toHaveLength(4)
  })

  test('[R3] patience ends, and the last failure is thrown', async () => {
    coordinator.faults.push((context) => problem(context, new Refusal('draining', 'Stopping.')))
    // Long enough for several tries on a busy machine.
    const patient = new MaskClient({ baseUrl: coordinator.url, timing: { ...quick, patienceMs: 1_000 } })
    const error = await failureOf(patient.job(`0x${'ee'.repeat(32)}`).view())
    expect(error).toMatchObject({ code: 'draining', retryable: true })
    expect(coordinator.requests.length).toBeGreaterThan(5)
  })

  test('[R3] an abort ends the waiting at once, with the reason of the caller', async () => {
    const controller = new AbortController()
    const onRetry = () => {
      setImmediate(() => {
        controller.abort(new Error('enough'))
      })
    }
    const timing = { retryMs: 1e8, retryMsMax: 1e8, patienceMs: 1e9, onRetry }
    const patient = new MaskClient({ baseUrl: coordinator.url, timing })
    coordinator.faults.push((context) => problem(context, new Refusal('draining', 'Stopping.')))
    const view = patient.job(`0x${'ee'.repeat(32)}`).view({ signal: controller.signal })
    await expect(view).rejects.toThrow('enough')
  })

  test('[R8] a result of the wrong size is refused', async () => {
    const { spec, bytes } = aSpec()
    const { id } = coordinator.addJob(spec, bytes)
    await coordinator.accept(id, 1, new Uint8Array(3))
    const error = await failureOf(mask.job(id).result(1))
    expect(error).toMatchObject({ code: 'answerBroken' })
    expect(error.message).toContain('has 3 bytes; the unit has 4')
  })

  test('[R8] a result that differs from its announced digest is refused', async () => {
    const { spec, bytes } = aSpec()
    const { id } = coordinator.addJob(spec, bytes)
    await coordinator.accept(id, 1, aResult(1))
    expect(await mask.job(id).result(1)).toEqual(aResult(1))
    coordinator.faults.push((context) =>
      context.req.path.endsWith('/result')
        ? context.body(aResult(2), 200, { 'repr-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` })
        : undefined,
    )
    expect((await failureOf(mask.job(id).result(1))).message).toContain('digest')
  })

  test('[R8] a spec that is not what its content id names is refused', async () => {
    const { spec, bytes } = aSpec()
    const { id, specId } = coordinator.addJob(spec, bytes)
    coordinator.blobs.set(specId, aResult(7))
    expect((await failureOf(mask.job(id).spec())).message).toContain('content')
  })

  test('[R3] a spec asked for by two is not lost to one when the other gives up', async () => {
    const { spec, bytes } = aSpec()
    const job = mask.job(coordinator.addJob(spec, bytes).id)
    const controller = new AbortController()
    const impatient = job.spec({ signal: controller.signal })
    const patient = job.spec()
    controller.abort(new Error('enough'))
    await expect(impatient).rejects.toThrow('enough')
    expect((await patient).kernel).toBe(spec.kernel)
  })
})

describe('a network that fails', () => {
  let server: Server
  let url: string
  let answer: (response: ServerResponse) => void

  beforeEach(async () => {
    server = createServer((_request, response) => {
      answer(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  test('[R4] nobody listening: unreachable, with the address and what to do', async () => {
    await new Promise((resolve) => server.close(resolve))
    const error = await failureOf(new MaskClient({ baseUrl: url }).network())
    expect(error).toMatchObject({ code: 'unreachable', where: url, retryable: true })
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.next).toContain('npm start')
  })

  test('[R4] silence before the answer times out', async () => {
    answer = () => undefined
    const mask = new MaskClient({ baseUrl: url, timing: { answerMs: 30 } })
    expect(await failureOf(mask.network())).toMatchObject({ code: 'timedOut', retryable: true })
  })

  test('[R4] silence within the answer times out', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"version":')
    }
    const mask = new MaskClient({ baseUrl: url, timing: { idleMs: 30 } })
    expect(await failureOf(mask.network())).toMatchObject({ code: 'timedOut', retryable: true })
  })

  test('[R4] an answer that breaks off can be tried again', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"version":')
      setImmediate(() => response.destroy())
    }
    const error = await failureOf(new MaskClient({ baseUrl: url }).network())
    expect(error.retryable).toBe(true)
  })

  test('[R4] an answer without end is cut at the bound', async () => {
    answer = (response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65536, 32)));
        response.once('drain', more)
      }
      more()
    }
    const error = await failureOf(new MaskClient({ baseUrl: url }).network())
    expect(error).toMatchObject({ code: 'answerBroken', retryable: false })
    expect(error.message).toContain('longer than')
  })

  test('[R4] an address that is none is refused at once', () => {
    expect(() => new MaskClient({ baseUrl: 'localhost:8787' })).toThrow(/no http or https address/)
  })
})
