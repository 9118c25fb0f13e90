import { afterEach, describe, expect, test } from 'vitest'
import { ChildFailure } from '#runner/dawn/child-failure.ts'
import { SupervisedChild } from '#runner/dawn/supervised-child.ts'

const wallMs = 20_000
const children: SupervisedChild[] = []

function aChild(memoryBytesMax = 2 ** 30): SupervisedChild {
  const child = new SupervisedChild({
    program: new URL('./supervised-child-program.ts', import.meta.url),
    environment: process.env,
    memoryBytesMax,
    background: true,
    onMessage: () => undefined,
  })
  children.push(child)
  return child
}

function ask(child: SupervisedChild, does: string, limitMs = wallMs): Promise<unknown> {
  return child.ask({ does }, limitMs, (failure) => new Error(String(failure)))
}

/** Whether a process of this id is there. */
function exists(processId: number | undefined): boolean {
  if (processId === undefined) return false
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}

describe('[A3] a supervised child', () => {
  afterEach(async () => {
    for (const child of children.splice(0)) await child[Symbol.asyncDispose]()
  })

  test('answers, and its failures are told apart from its end', async () => {
    const child = aChild()
    expect(await ask(child, 'answer')).toBe('here')
    await expect(ask(child, 'fail')).rejects.toThrow('I cannot')
    expect(await ask(child, 'answer')).toBe('here')
    expect(child.alive).toBe(true)
  })

  test('that dies fails what was asked, with its last words', async () => {
    const child = aChild()
    await expect(ask(child, 'die')).rejects.toMatchObject({
      code: 'crashed',
      lastWords: expect.stringContaining('these are my last words') as unknown,
    })
    expect(child.alive).toBe(false)
    await expect(ask(child, 'answer')).rejects.toBeInstanceOf(ChildFailure)
  })

  test('that dies fails everything that was asked, and what is sent to it afterwards harms nobody', async () => {
    const child = aChild()
    await ask(child, 'answer')
    const asked = [ask(child, 'hang'), ask(child, 'answer')]
    const processId = child.processId ?? 0
    process.kill(processId, 'SIGKILL')
    // Its end is not heard yet: these are written to a process that is gone.
    for (let count = 0; count < 100; count += 1) child.tell({ does: 'x'.repeat(10_000) })
    for (const each of asked) await expect(each).rejects.toMatchObject({ code: 'crashed' })
  })

  test('that hangs is ended at its time limit', async () => {
    const child = aChild()
    await ask(child, 'answer')
    await expect(ask(child, 'hang', 200)).rejects.toMatchObject({ code: 'timedOut' })
  })

  test.runIf(process.platform === 'linux')('that eats memory is ended at its limit', async () => {
    const child = aChild(300 * 2 ** 20)
    await expect(ask(child, 'eat')).rejects.toMatchObject({ code: 'outOfMemory' })
  })

  test('leaves no process behind, even when it hangs', async () => {
    const child = aChild()
    await ask(child, 'answer')
    const hanging = ask(child, 'hang')
    hanging.catch(() => undefined)
    expect(exists(child.processId)).toBe(true)
    await child[Symbol.asyncDispose]()
    expect(exists(child.processId)).toBe(false)
    await expect(hanging).rejects.toBeInstanceOf(ChildFailure)
  })

  test('whose program is not there is a failure like any other', async () => {
    const child = new SupervisedChild({
      program: new URL('./no-such-program.ts', import.meta.url),
      environment: process.env,
      memoryBytesMax: 2 ** 30,
      background: false,
      onMessage: () => undefined,
    })
    children.push(child)
    await expect(ask(child, 'answer')).rejects.toMatchObject({ code: 'crashed' })
  })
})
