import type { Bid, MarketView } from '#protocol/api.ts'
import { parseMask } from '#protocol/money.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { longTimeText, roundMask } from '#client/command/amount-text.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import type { Session } from '#client/command/session.ts'

const msPerHour = 3_600_000n

/** `mask market`: what work costs now, and with a bid how soon it would be served. */
export async function market(
  session: Session,
  options: { price: string | undefined; unitMs: number | undefined },
): Promise<ExitCode> {
  const bid = parseBid(options)
  const { mask, terminal, json } = session
  await mask.network(session)
  const view = await mask.market(bid, session)
  if (json) terminal.json(view)
  else for (const [name, value] of linesOf(view, bid)) terminal.data(`${name.padEnd(11)}${value}`)
  return exitCodes.ok
}

/** A price says nothing without the time that it buys. */
function parseBid({ price, unitMs }: { price: string | undefined; unitMs: number | undefined }) {
  if (price === undefined && unitMs === undefined) return undefined
  const perUnitWei = price === undefined ? undefined : parseMask(price)
  if (perUnitWei !== undefined && unitMs !== undefined) return { perUnitWei, unitMs }
  const both = price === undefined || unitMs === undefined
  throw new MaskError(
    'argumentInvalid',
    both ? 'A bid is a price and a time.' : `"${price}" is no amount of MASK.`,
    {
      where: price === undefined ? '--price' : both ? '--unit-ms' : '--price',
      next: 'Say e.g. --price 0.002 --unit-ms 2000; mask try tells how long a unit takes.',
    },
  )
}

function linesOf(view: MarketView, bid: Bid | undefined): [string, string][] {
  const { providersOnline, providersFree, queuedUnits, queuedGpuMs, fillProbability } = view
  const lines: [string, string][] = [
    ['providers', `${providersOnline} online, ${providersFree} with room`],
    ['demand', `${queuedUnits} units wait, ${longTimeText(queuedGpuMs)} of one GPU`],
    ['paid', pricesText(view.goingRateWeiPerHour) ?? 'nothing lately'],
    ['asked', pricesText(view.asksWeiPerHour) ?? 'nobody is online'],
  ]
  if (!bid) return lines
  const perHour = roundMask((bid.perUnitWei * msPerHour) / BigInt(bid.unitMs), 'down')
  const chance =
    fillProbability === null ? '' : `: ${Math.round(fillProbability * 100)} % likely to be taken soon`
  return [...lines, ['your bid', `${perHour} MASK per GPU-hour${chance}`]]
}

function pricesText(prices: MarketView['asksWeiPerHour']): string | undefined {
  if (!prices) return undefined
  const [low, median, high] = [prices.low, prices.median, prices.high].map((wei) => roundMask(wei, 'down'))
  const around = low === high ? '' : `, mostly ${low} to ${high}`
  return `${median} MASK per GPU-hour${around}`
}
