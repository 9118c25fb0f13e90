const form = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?(?:Z|([+-])(\d{2}):(\d{2}))$/

/**
 * The instant that an ISO 8601 date and time with its offset names, in Unix milliseconds; undefined for anything else.
 * A date alone or a time without offset would be another instant in every time zone. Worked out by hand, because
 * engines take the 30th of February for the 2nd of March.
 */
export function instantMsOf(text: string): number | undefined {
  const found = form.exec(text)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0] = found
    .slice(1, 8)
    .map((part: string | undefined) => Number(part ?? 0))
  const [offsetHour, offsetMinute] = [Number(found[9] ?? 0), Number(found[10] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return undefined
  const offsetMinutes = (found[8] === '-' ? -1 : 1) * (60 * offsetHour + offsetMinute)
  const minutes = 60 * (24 * daysSinceEpoch(year, month, day) + hour) + minute - offsetMinutes
  return Math.round(1_000 * (60 * minutes + second + fraction))
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** Days from 1970-01-01 in the Gregorian calendar. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  let days = day - 1
  for (let earlier = 1; earlier < month; earlier += 1) days += daysIn(year, earlier)
  return days + daysBefore(year) - daysBefore(1970)
}

/** Days from the first of January of the year 0 to that of `year`. */
function daysBefore(year: number): number {
  const last = year - 1
  return 365 * year + Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400)
}
