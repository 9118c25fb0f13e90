import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { CommandBench } from '#test/client/command-bench.ts'

const bench = CommandBench.use()

describe('[R24] the node that runs it', () => {
  const systemNode = ['/usr/bin/node', '/usr/local/bin/node', '/bin/node'].find((path) => {
    return (
      existsSync(path) && execFileSync(path, ['-p', '!process.features.typescript']).toString() === 'true\n'
    )
  })

  beforeEach(() => bench.start())

  test.skipIf(!systemNode)(
    'an old one hands over to that of the project, with arguments, exit code and signals',
    async () => {
      const help = await bench.desk.run(['--help'], {}, systemNode)
      expect(help).toMatchObject({ exitCode: 0, stderr: '' })
      const wrong = await bench.desk.run(['watch', '0x12'], {}, systemNode)
      expect(wrong.exitCode).toBe(2)
      const id = await bench.aJob([0])
      const running = bench.desk.start(['watch', id], { MASK_URL: bench.coordinator.url }, systemNode)
      await running.said('running')
      running.process.kill('SIGINT')
      expect((await running.ended).exitCode).toBe(130)
    },
  )

  test.skipIf(!systemNode)('where there is no other it says what it needs', async () => {
    const { exitCode, stderr } = await bench.desk.run(['--help'], { MASK_NODE_TAKEN_OVER: '1' }, systemNode)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('needs Node 22.18 or later')
    expect(stderr).toContain('npm install')
  })
})

describe('[R26] dev', () => {
  beforeEach(() => bench.start())

  test('hands its flags to the coordinator, and the exit code back', async () => {
    const { exitCode, stderr } = await bench.desk.run(['dev', '--port', 'high'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('port')
    expect((await bench.desk.run(['dev', '--help'])).stdout).toContain('--port')
  })

  test('starts a coordinator, says where its page is, and ends with it', async () => {
    const running = bench.desk.start(['dev', '--port', '0', '--data', 'data'])
    await running.said('MASK is up at http://127.0.0.1:')
    running.process.kill('SIGTERM')
    expect((await running.ended).exitCode).toBe(0)
  })
})
