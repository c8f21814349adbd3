import { escapeHtml } from './escape-html.ts'

/** What the words mean, by the anchor of each. */
const GLOSSARY = {
  slo: ['SLO', 'Service level objective: the limits that response times and errors are held against.'],
  candidate: ['candidate', 'A way of running the model on Google Cloud that is compared here.'],
  modelled: [
    'modelled',
    'Predicted: the service time as profiled, scaled by published figures to the candidate’s hardware and simulated through a month of the traffic on the platform’s own autoscaler. The range beside it is where the truth is believed to be.',
  ],
  measured: [
    'measured',
    'A running deployment of the candidate was loaded. Its percentiles come with 95% intervals.',
  ],
  outcome: [
    'outcome',
    'Meets: the whole range is within the limit. Misses: none of it is. Undecided: the limit lies inside the range. Unpriced: the price book lacks a price. Refused: the platform would not take it. Untested: it was not tried.',
  ],
  tie: ['tie', 'Meets the SLO, and its cost range overlaps that of the cheapest.'],
  frontier: ['frontier', 'Candidates that meet the SLO and that no other beats in both cost and latency.'],
  percentile: [
    'percentile',
    'p95 of 100 ms: 95% of the requests of the month are answered within 100 ms, counted from when each was due.',
  ],
  goodput: [
    'goodput',
    'Requests answered per second, and not too late for the client. Those that fail do not count.',
  ],
  capacity: ['capacity', 'The highest rate at which one replica still meets the SLO on latency.'],
  replica: ['replica', 'One instance, node or VM that serves the model.'],
  bill: [
    'bill',
    'A month of 730 hours: quantities of what the platform bills, each times its price. A missing price is named and never counted as 0.',
  ],
  sku: ['SKU', 'Google Cloud’s identifier of what a line of the bill is for.'],
  derived: [
    'derived',
    'A price that Google does not list, worked out from prices that it does, by the rule beside it.',
  ],
  breakEven: ['break-even', 'The traffic at which the cheapest that meets the SLO changes.'],
  serviceTime: ['service time', 'From sending a request to its reply, without waiting to be sent.'],
  worse: [
    'worse by',
    'How much the head is worse than the base, with the interval in which the truth lies; better is negative.',
  ],
  allowed: ['allowed', 'A metric fails only when the near edge of its interval is beyond this, twice.'],
  canTell: ['can tell', 'The smallest change that so much data shows with 90% power.'],
  history: [
    'history',
    'The head’s figures of every gate that was told to keep them, as files in git. Only entries of one machine, measured in one way, are compared.',
  ],
  changePoint: [
    'change point',
    'Where the level or the spread of a metric changes for good, by E-divisive with a permutation test at 5%. It takes five entries on each side, and fails nothing.',
  ],
} as const satisfies Record<string, readonly [string, string]>

type Term = keyof typeof GLOSSARY

/** A link to what a word means, reading as `text`, or as the word itself. */
export function term(name: Term, text: string = GLOSSARY[name][0]): string {
  return `<a class="term" href="#term-${name}">${escapeHtml(text)}</a>`
}

export const GATE_TERMS: readonly Term[] = ['worse', 'allowed', 'canTell', 'history', 'changePoint']
export const ADVICE_TERMS = (Object.keys(GLOSSARY) as Term[]).filter((name) => !GATE_TERMS.includes(name))

export function glossarySection(terms: readonly Term[]): string {
  const entries = terms.map((name) => {
    const [word, meaning] = GLOSSARY[name]
    return `<div id="term-${name}"><dt>${escapeHtml(word)}</dt><dd>${escapeHtml(meaning)}</dd></div>`
  })
  return `<section id="words"><h2>What the words mean</h2><dl class="words">${entries.join('')}</dl></section>`
}
