import { LocalNetwork } from './local-network.ts'
import { RunningJob } from './running-job.ts'
import { writeNumberJob } from './number-job.ts'
import { join } from 'node:path'
const t0 = performance.now()
const say = (x: unknown) => console.log(Math.round(performance.now() - t0), x)
const network = await LocalNetwork.start({ onLog: (t) => process.stderr.write(t) })
const p = await network.addProvider({ pageParameters: { watchdog: '4000' } })
p.page.on('console', (m) => say(['console', m.text()]))
try {
  const job = await RunningJob.submitFolder(network, await writeNumberJob(join(network.folder, 'job'), 'numbers', { units: 6, rounds: 100, endlessFrom: 1 }))
  say('submitted')
  let clicked = false
  let last = ''
  for (let i = 0; i < 60; i++) {
    const h = (await p.page.locator('section.panel').first().innerText()).replaceAll('\n', ' | ')
    if (h !== last) say(h)
    last = h
    if (h.includes('did not end') && !clicked) { clicked = true; await p.page.waitForTimeout(4000); await p.page.getByRole('button', { name: 'Go on with' }).click(); say('clicked') }
    await p.page.waitForTimeout(1000)
  }
  say((await job.view()).units)
} finally { await p.endByForce(); await network.stop(); say('end') }
