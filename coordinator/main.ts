import { Refusal } from '#protocol/refusal.ts'
import { readConfig, usage } from './config.ts'
import { startCoordinator } from './coordinator.ts'
import { Failure } from './edge/failure.ts'
import { createLog } from './edge/log.ts'

/** Starts a coordinator and keeps it up until SIGINT or SIGTERM. `npm start` runs this. */
try {
  const config = readConfig(process.argv.slice(2), process.env)
  if (config === 'help') process.stdout.write(usage)
  else {
    const log = createLog(config.logLevel)
    const coordinator = await startCoordinator(config, log, (error) => {
      log.fatal({ error }, 'the coordinator cannot go on; start it again on the same data directory')
      process.exit(1)
    })
    const stop = () => {
      void coordinator.stop().then(() => process.exit(0))
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    process.stderr.write(
      `MASK is up at ${coordinator.url}\nOpen it in a browser and press the button; give it work with: npx mask run shaders/path-tracer --url ${coordinator.url}\n`,
    )
    process.send?.({
      kind: 'ready',
      url: coordinator.url,
      webrtcHostProcessId: coordinator.transport.hostProcessId,
    })
  }
} catch (error) {
  if (!(error instanceof Failure) && !(error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n${error.next ?? ''}\n`)
  process.exitCode = error instanceof Failure ? error.exitCode : 1
}
