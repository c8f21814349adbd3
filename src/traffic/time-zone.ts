/** A Monday 00:00 UTC in the northern winter: zones are taken at their standard time. */
const REFERENCE = new Date('2026-01-05T00:00:00Z')

/**
 * Hours by which a zone's clock is ahead of UTC in January.
 * @param zone an IANA name such as `Europe/Berlin`; undefined where it is none
 */
export function hoursAheadOfUtc(zone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    const name = format.formatToParts(REFERENCE).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign = '', hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? []
    return (sign === '-' ? -1 : 1) * (Number(hours) + Number(minutes) / 60)
  } catch {
    return undefined
  }
}

export function timeZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')]
}
