import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { escapeHtml } from '../escape-html.ts'

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  SVGRenderer,
])

interface Frame {
  readonly id: string
  readonly className: string
  readonly width: number
  readonly height: number
}

/** Draws without a browser. Colours are the page's variables, so that they follow its theme. */
export function renderSvg(option: EChartsCoreOption, { id, className, width, height }: Frame): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option })
    return tidy(chart.renderToSVGString({ useViewBox: true }), option, id).replace(
      '<svg ',
      `<svg class="${className}" aria-hidden="true" focusable="false" `,
    )
  } finally {
    chart.dispose()
  }
}

interface NamedSeries {
  readonly name?: string
  readonly data?: readonly unknown[]
}

/** Ids of the chart's own, no styles for a pointer, and at each mark what it stands for in place of indexes. */
function tidy(svg: string, option: EChartsCoreOption, id: string): string {
  const series = option.series as readonly NamedSeries[]
  return svg
    .replaceAll(/<style ?>[\s\S]*?<\/style>\n?/g, '')
    .replaceAll(/ class="zr\d+-cls-\d+"/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`)
    .replaceAll(
      /<(\w+)([^>]*?) ecmeta_series_index="(\d+)"(?: ecmeta_data_index="(\d+)")?([^>]*)><\/\1>/g,
      (_, tag: string, before: string, at: string, item: string | undefined, after: string) => {
        const title = titleOf(series[Number(at)], item)
        const inside = title === '' ? '' : `<title>${title}</title>`
        return `<${tag}${before}${after}>${inside}</${tag}>`
      },
    )
    .replaceAll(/ ecmeta_\w+="[^"]*"/g, '')
    .replaceAll(' pointer-events="visible"', '')
}

function titleOf(series: NamedSeries | undefined, item: string | undefined): string {
  const datum = item === undefined ? undefined : series?.data?.[Number(item)]
  const name = (datum as { readonly name?: unknown } | null | undefined)?.name ?? series?.name
  return typeof name === 'string' ? escapeHtml(name) : ''
}
