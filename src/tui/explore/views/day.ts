import type { Advice } from '../../../core/advice.ts'
import { formatRps } from '../../../core/units.ts'
import { type Line, padTo, span, wrapText } from '../../kit/line.ts'
import { sparkline } from '../../kit/sparkline.ts'

const LABEL_COLUMNS = 21
const HOURS_OF_DAY = 24
const HOURS_OF_WEEK = 168

/** What one replica can serve, and traffic and replicas hour by hour: of the candidates that are looked at so closely. */
export function dayLines({ hourly, loadCurves }: Advice, name: string, columns: number): Line[] {
  const capacity = loadCurves?.find(({ candidate }) => candidate === name)?.capacityRps
  const replicas = hourly?.candidates.find(({ candidate }) => candidate === name)?.replicas
  return [
    ...(capacity === undefined
      ? []
      : wrapText(
          `${padTo('one replica serves', LABEL_COLUMNS)}${formatRps(capacity)} requests/s within the SLO`,
          columns,
        )),
    ...(hourly && replicas ? hoursLines(hourly.rps, replicas, columns) : []),
  ]
}

/** The busiest day, or the week where there is room for a column an hour. */
function hoursLines(rps: readonly number[], replicas: readonly number[], columns: number): Line[] {
  if (columns < LABEL_COLUMNS + HOURS_OF_DAY) return []
  const isWeek = rps.length >= HOURS_OF_WEEK && columns >= LABEL_COLUMNS + HOURS_OF_WEEK
  const length = Math.min(rps.length, isWeek ? HOURS_OF_WEEK : HOURS_OF_DAY)
  const first = Math.floor(rps.indexOf(Math.max(...rps)) / length) * length
  const of = (values: readonly number[]) => values.slice(first, first + length)
  const most = (values: readonly number[]) => formatRps(Math.max(...of(values)))
  const period = isWeek ? 'week' : 'busiest day'
  return [
    [span(padTo(`rate, ${period}`, LABEL_COLUMNS)), sparkline(of(rps)), span(` most ${most(rps)}/s`, 'dim')],
    [
      span(padTo(`replicas, ${period}`, LABEL_COLUMNS)),
      sparkline(of(replicas)),
      span(` most ${most(replicas)}`, 'dim'),
    ],
  ]
}
