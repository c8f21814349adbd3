/** Days after which prices should be read again: spot prices change monthly. */
export const STALE_AFTER_DAYS = 90

/** Whole days since the date of a book, YYYY-MM-DD in UTC; 0 for one of today or later. */
export function bookAgeDays(date: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(`${date}T00:00:00Z`)) / 86_400_000))
}
