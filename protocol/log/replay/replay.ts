import { unreachable } from '../../assert.ts'
import { Refusal } from '../../refusal.ts'
import { decodeEntry, type LogEntry } from '../entries.ts'
import { takeDraw, takeStanding } from './draws.ts'
import { Contradiction, LogFault } from './fault.ts'
import {
  takeControl,
  takeEnd,
  takeEpoch,
  takeFund,
  takeJob,
  takePosted,
  takeRules,
  takeStopped,
} from './jobs.ts'
import { takeLink, takePay } from './pay.ts'
import { takeCommit, takeOpening, takeRefusal, takeReveal, takeRound } from './results.ts'
import { rulesOf, type Replay } from './state.ts'
import { takeVerdict } from './verdicts.ts'

/**
 * Takes the next entry of a log: what it says must follow from the rules and from what stands before it. What only the
 * chain knows (values of rounds, funds, posted roots) is noted for whoever can ask it.
 *
 * @throws {LogFault} that names the entry. The replay is of no further use then.
 */
export function replayEntry(replay: Replay, encoded: Uint8Array): LogEntry {
  let entry: LogEntry
  try {
    entry = decodeEntry(encoded)
  } catch (error) {
    if (error instanceof Refusal) throw new LogFault(replay.size, 'unreadable', error.message)
    throw error
  }
  try {
    take(replay, entry)
  } catch (error) {
    if (error instanceof Contradiction) throw new LogFault(replay.size, entry.kind, `${error.message}.`)
    throw error
  }
  replay.size += 1
  return entry
}

function take(replay: Replay, entry: LogEntry): void {
  if (entry.kind !== 'rules') rulesOf(replay)
  switch (entry.kind) {
    case 'rules':
      takeRules(replay, entry)
      return
    case 'job':
      takeJob(replay, entry)
      return
    case 'fund':
      takeFund(replay, entry)
      return
    case 'control':
      takeControl(replay, entry)
      return
    case 'commit':
      takeCommit(replay, entry)
      return
    case 'reveal':
      takeReveal(replay, entry)
      return
    case 'opening':
      takeOpening(replay, entry)
      return
    case 'round':
      takeRound(replay, entry)
      return
    case 'draw':
      takeDraw(replay, entry)
      return
    case 'standing':
      takeStanding(replay, entry)
      return
    case 'refusal':
      takeRefusal(replay, entry)
      return
    case 'verdict':
      takeVerdict(replay, entry)
      return
    case 'pay':
      takePay(replay, entry)
      return
    case 'end':
      takeEnd(replay, entry)
      return
    case 'link':
      takeLink(replay, entry)
      return
    case 'epoch':
      takeEpoch(replay, entry)
      return
    case 'stopped':
      takeStopped(replay, entry)
      return
    case 'posted':
      takePosted(replay, entry)
      return
    default:
      unreachable(entry)
  }
}
