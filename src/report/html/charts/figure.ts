import type { EChartsCoreOption } from 'echarts/core'
import { escapeHtml } from '../escape-html.ts'
import { renderSvg } from './render-svg.ts'

/** A chart, drawn once for a wide page and once for a phone. */
export interface Chart {
  /** Of its element; also keeps the ids inside apart. */
  readonly id: string
  readonly title: string
  /** What to see in it, as HTML. */
  readonly lead: string
  /** What it shows, for those who cannot see it. */
  readonly description: string
  readonly legend?: string
  readonly height: (narrow: boolean) => number
  readonly option: (narrow: boolean) => EChartsCoreOption
  /** The figures that it draws, as an HTML table. */
  readonly table: string
}

const WIDE = 920
const NARROW = 368

/** A chart with its title, its text alternative and its figures. */
export function figure(chart: Chart): string {
  const { id, title, lead, description, legend = '', table } = chart
  const svg = [false, true].map((narrow) =>
    renderSvg(chart.option(narrow), {
      id: `${id}-${narrow ? 'n' : 'w'}`,
      className: narrow ? 'narrow' : 'wide',
      width: narrow ? NARROW : WIDE,
      height: chart.height(narrow),
    }),
  )
  return [
    `<figure id="${id}"><figcaption><h3>${escapeHtml(title)}</h3><p>${lead}</p></figcaption>`,
    `<div class="chart" role="img" aria-label="${escapeHtml(`${title}. ${description}`)}">${svg.join('')}</div>`,
    legend,
    `<details><summary>Figures of this chart</summary>${table}</details></figure>`,
  ].join('\n')
}
