import { describe, expect, it } from 'vitest'
import { controlsOf, toneOf } from '#web/app/session-controls.ts'
import { nameOfState, sessionStates } from './session-states.ts'

describe('controls', () => {
  it.each(sessionStates.map((state) => [nameOfState(state), state] as const))(
    '%s never offers start and stop at once',
    (_, state) => {
      const controls = controlsOf(state)
      expect(controls.start && (controls.stopNow || controls.finishThenStop || controls.goOn)).toBe(false)
    },
  )

  it('can be stopped at once in every state that runs', () => {
    for (const state of sessionStates)
      expect(controlsOf(state).stopNow, nameOfState(state)).toBe(
        state.kind !== 'idle' && state.kind !== 'stopped',
      )
  })

  it('keep their place while waiting and working alternate', () => {
    expect(controlsOf({ kind: 'waiting' })).toEqual(controlsOf({ kind: 'working' }))
  })

  it('do not offer to start again where that cannot help', () => {
    expect(controlsOf({ kind: 'stopped', reason: 'noWebGpu' }).start).toBe(false)
    expect(controlsOf({ kind: 'stopped', reason: 'browserRestartNeeded' }).start).toBe(false)
    expect(controlsOf({ kind: 'stopped', reason: 'byUser' }).start).toBe(true)
  })

  it('offer to go on after a halt, and nowhere else', () => {
    for (const state of sessionStates)
      expect(controlsOf(state).goOn, nameOfState(state)).toBe(state.kind === 'halted')
  })

  it('show trouble only for what the reader did not ask for', () => {
    expect(toneOf({ kind: 'stopped', reason: 'byUser' })).toBe('ended')
    expect(toneOf({ kind: 'stopped', reason: 'noAdapter' })).toBe('trouble')
  })
})
