import { describe, expect, test } from 'vitest'
import { parseMask } from '#protocol/money.ts'
import { CommandBench } from '#test/client/command-bench.ts'

const bench = CommandBench.use()
const mask = (text: string) => parseMask(text) ?? 0n

describe('[R32] market', () => {
  test('an empty one: nobody there, nothing paid', async () => {
    const env = await bench.start()
    bench.coordinator.market = { ...bench.coordinator.market, providersOnline: 0, providersFree: 0 }
    const { exitCode, stdout, stderr } = await bench.desk.run(['market'], env)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toBe(
      'providers  0 online, 0 with room\ndemand     0 units wait, 0 s of one GPU\npaid       nothing lately\nasked      nobody is online\n',
    )
  })

  test('prices, demand, and how likely a bid is taken', async () => {
    const env = await bench.start()
    bench.coordinator.market = {
      goingRateWeiPerHour: { low: mask('0.1'), median: mask('0.2'), high: mask('0.4') },
      asksWeiPerHour: { low: mask('0.3'), median: mask('0.3'), high: mask('0.3') },
      ...{
        providersOnline: 7,
        providersFree: 3,
        queuedUnits: 120,
        queuedGpuMs: 600_000,
        fillProbability: 0.874,
      },
    }
    const words = ['market', '--price', '0.002', '--unit-ms', '2000']
    const { stdout } = await bench.desk.run(words, env)
    expect(stdout.split('\n')).toEqual([
      'providers  7 online, 3 with room',
      'demand     120 units wait, 10 min of one GPU',
      'paid       0.2 MASK per GPU-hour, mostly 0.1 to 0.4',
      'asked      0.3 MASK per GPU-hour',
      'your bid   3.6 MASK per GPU-hour: 87 % likely to be taken soon',
      '',
    ])
    const json = await bench.desk.run([...words, '--json'], env)
    expect(JSON.parse(json.stdout)).toMatchObject({
      goingRateWeiPerHour: { median: '200000000000000000' },
      fillProbability: 0.874,
    })
  })
})
