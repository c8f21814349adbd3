import type { Advice } from '../../core/advice.ts'
import { billsChart } from './charts/bills.ts'
import { costLatencyChart } from './charts/cost-latency.ts'
import { figure } from './charts/figure.ts'
import { loadCurvesChart } from './charts/load-curves.ts'
import { castOf } from './charts/look.ts'
import { monthChart } from './charts/month.ts'
import { responseTimesChart } from './charts/response-times.ts'
import { trafficCostChart } from './charts/traffic-cost.ts'
import { escapeHtml } from './escape-html.ts'
import { ADVICE_TERMS, glossarySection } from './glossary.ts'
import { page } from './page.ts'
import { billsSection } from './sections/bills.ts'
import { candidatesSection } from './sections/candidates.ts'
import { assumptionsSection, madeSection } from './sections/made.ts'
import { heading, otherTraffic, recommendation } from './sections/summary.ts'

/** The advice as one page by itself, for people who decide: the recommendation first, then what it rests on. */
export function htmlReport(advice: Advice): string {
  const cast = castOf(advice)
  const { hourly, loadCurves = [], outlook } = advice
  const known = advice.verdicts.some(({ latencyMs }) => latencyMs !== null)
  return page(`${advice.scenario.name}: deployment advice by Plimsoll`, [
    heading(advice),
    '<main>',
    recommendation(advice),
    '<section id="charts"><h2>What it rests on</h2>',
    ...(known
      ? [figure(costLatencyChart(advice, cast)), figure(responseTimesChart(advice, cast))]
      : ['<p>There is nothing to draw: no candidate was measured or modelled.</p>']),
    ...(loadCurves.length > 0 ? [figure(loadCurvesChart(advice, loadCurves, cast))] : []),
    ...(hourly ? [figure(monthChart(advice, hourly, cast))] : []),
    '</section>',
    candidatesSection(advice),
    '<section id="bills"><h2>Bills</h2>',
    ...(known ? [figure(billsChart(advice, cast))] : []),
    billsSection(advice),
    '</section>',
    '<section id="traffic"><h2>Alternatives and other traffic</h2>',
    ...(outlook ? [figure(trafficCostChart(advice, outlook, cast))] : []),
    otherTraffic(advice),
    '</section>',
    assumptionsSection(advice),
    madeSection(advice),
    glossarySection(ADVICE_TERMS),
    '</main>',
    `<footer><p>Plimsoll ${escapeHtml(advice.plimsoll)}. The JSON report has every figure here, in full.</p></footer>`,
  ])
}
