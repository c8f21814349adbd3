import type { Advice } from '../../../core/advice.ts'
import { sharedRegion } from '../../figures.ts'
import { escapeHtml, plainText } from '../escape-html.ts'
import type { LogScale } from './scale.ts'

/** How the series of one candidate looks in every chart: told by colour, shape and dash together. */
interface Look {
  readonly color: string
  readonly symbol: string
  readonly dash: 'solid' | readonly number[]
  readonly width: number
}

/** Okabe and Ito's palette (2008) is told apart with any colour vision; the page has a shade of each per theme. */
const LOOKS: readonly Look[] = [
  { color: 'var(--c1)', symbol: 'circle', dash: 'solid', width: 3 },
  { color: 'var(--c2)', symbol: 'diamond', dash: [8, 4], width: 2 },
  { color: 'var(--c3)', symbol: 'triangle', dash: [2, 3], width: 2 },
  { color: 'var(--c4)', symbol: 'rect', dash: [10, 3, 2, 3], width: 2 },
  { color: 'var(--c5)', symbol: 'path://M0,0L10,0L5,10Z', dash: [14, 4], width: 2 },
  { color: 'var(--c6)', symbol: 'path://M3,0H7V3H10V7H7V10H3V7H0V3H3Z', dash: [4, 2, 1, 2, 1, 2], width: 2 },
]
const OTHER: Look = { color: 'var(--faint)', symbol: 'circle', dash: 'solid', width: 1 }

/** Every candidate's look and short name in the charts of one advice. */
export interface Cast {
  /** Names of those that stand out, the cheapest first. */
  readonly stars: readonly string[]
  readonly look: (name: string) => Look
  readonly short: (name: string) => string
}

export function castOf(advice: Advice): Cast {
  const { cheapest, frontier, ties, outlook, verdicts } = advice
  const elsewhere = outlook?.scaled.flatMap(({ cheapest: winner }) => winner ?? []) ?? []
  const known = verdicts.filter(({ latencyMs }) => latencyMs !== null).map(({ candidate }) => candidate.name)
  const wanted = [...(cheapest ? [cheapest] : known), ...elsewhere, ...frontier, ...ties]
  const stars = [...new Set(wanted)].filter((name) => known.includes(name)).slice(0, LOOKS.length)
  const region = sharedRegion(advice)
  return {
    stars,
    look: (name) => LOOKS[stars.indexOf(name)] ?? OTHER,
    short: (name) => plainText(region === null ? name : name.replace(` ${region}`, '')),
  }
}

/** A legend in words, so that it wraps and is read aloud; of those among `names` that stand out. */
export function castLegend({ stars, look, short }: Cast, names: readonly string[]): string {
  const shown = stars.filter((name) => names.includes(name))
  const others = names.length - shown.length
  const items = shown.map((name) => `<li>${swatch(look(name))}<bdi>${escapeHtml(short(name))}</bdi></li>`)
  const rest =
    others > 0 ? [`<li>${swatch(OTHER)}${others} other candidate${others === 1 ? '' : 's'}</li>`] : []
  return `<ul class="legend">${[...items, ...rest].join('')}</ul>`
}

const SHAPES: Readonly<Record<string, string>> = {
  circle: '<circle cx="17" cy="7" r="4.5"/>',
  diamond: '<path d="M17 1L23 7L17 13L11 7Z"/>',
  triangle: '<path d="M17 2L22 12H12Z"/>',
  rect: '<path d="M12.5 2.5H21.500V11.5H12.500Z"/>',
}

function swatch({ color, symbol, dash, width }: Look): string {
  const shape = SHAPES[symbol] ?? `<path d="${symbol.replace('path://', '')}" transform="translate(12 2)"/>`
  const dashes = dash === 'solid' ? '' : ` stroke-dasharray="${dash.join(' ')}"`
  return `<svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true" fill="${color}"><path d="M0 7H34" stroke="${color}" stroke-width="${width}"${dashes}/>${shape}</svg>`
}

const TEXT = { color: 'var(--soft)', fontSize: 12 }

/** Text that stays legible over lines. */
export const LABEL = {
  color: 'var(--ink)',
  fontSize: 12,
  textBorderColor: 'var(--paper)',
  textBorderWidth: 3,
} as const

interface AxisNaming {
  readonly name: string
  readonly gap: number
  readonly format?: (value: number) => string
}

/** An axis of numbers with its unit in its name. */
export function axis({ name, gap, format }: AxisNaming) {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: { ...TEXT, fontSize: 12.5, color: 'var(--ink)' },
    axisLine: { show: true, onZero: false, lineStyle: { color: 'var(--line)' } },
    axisTick: { show: true, lineStyle: { color: 'var(--line)' } },
    axisLabel: { ...TEXT, hideOverlap: true, ...(format && { formatter: (value: number) => format(value) }) },
    splitLine: { lineStyle: { color: 'var(--grid)' } },
  }
}

/** The same in equal ratios. */
export function logAxis({ min, max, ticks }: LogScale, { name, gap, format }: AxisNaming) {
  const linear = axis({ name, gap })
  const shown = format ?? String
  return {
    ...linear,
    min,
    max,
    axisTick: { ...linear.axisTick, customValues: ticks },
    axisLabel: {
      ...linear.axisLabel,
      customValues: ticks,
      formatter: (value: number) => shown(Number((10 ** value).toPrecision(2))),
    },
  }
}

/** A limit of the SLO across the chart. */
export function sloLines(
  lines: readonly { readonly label: string; readonly at: { xAxis: number } | { yAxis: number } }[],
  side: 'Start' | 'End' = 'End',
) {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: 'var(--limit)', type: [6, 4], width: 1.5 },
    data: lines.map(({ label, at }, index) => ({
      ...at,
      label: {
        show: true,
        formatter: () => label,
        ...LABEL,
        color: 'var(--limit)',
        position: 'xAxis' in at ? 'end' : `inside${side}Top`,
        // Limits close to each other have their labels above each other.
        ...('xAxis' in at && { distance: 4 + 14 * index }),
      },
    })),
  }
}

/** Milliseconds on an axis: `50 ms`, `2 s`. */
export function axisMs(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toPrecision(2))} s` : `${ms} ms`
}

/** Dollars on an axis: `$50`, `$2k`. */
export function axisUsd(usd: number): string {
  return usd >= 1000 ? `$${Number((usd / 1000).toPrecision(2))}k` : `$${usd}`
}
