import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { Listener } from '../core/run-event.ts'
import type { RunRecord } from '../core/run-record.ts'
import { conclude, describeNoise, summarize } from '../gate/conclude.ts'
import type { GateResult, HistoryEntry } from '../gate/gate-result.ts'
import { historyChangePoints, historyEntry, historyOf } from '../gate/history.ts'
import { loadPriceBook } from '../pricing/price-book.ts'
import { HISTORY_REPORTS } from '../report/gate/history.ts'
import { GATE_REPORTS } from '../report/gate/index.ts'
import { type GatedRuns, gateRuns, keepAsBaseline } from '../run/gate/gate-runs.ts'
import { type GatedSides, gateSides } from '../run/gate/gate-sides.ts'
import { appendHistory, commitAround, readHistory } from '../run/gate/history-folder.ts'
import { loadRunFile } from '../run/gate/load-run-file.ts'
import { runAfresh } from '../run/gate/run-afresh.ts'
import type { SideRequest, SideSource } from '../run/gate/sides.ts'
import { runFileOf, writeWhole } from '../run/run-store.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import { describeHost } from '../serving/describe-host.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { type GateOrder, readGateOrder } from './gate-order.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { progressListener } from './progress.ts'
import { terminalOptions } from './terminal-options.ts'
import { VERSION } from './version.ts'

const CODES = { passed: EXIT.ok, failed: EXIT.unmet, inconclusive: EXIT.inconclusive } as const
const BY_ENDING: Readonly<Record<string, keyof typeof GATE_REPORTS>> = {
  '.md': 'markdown',
  '.html': 'html',
  '.json': 'json',
  '.xml': 'junit',
  '.txt': 'terminal',
}

/** `plimsoll gate`: passed, failed or inconclusive, and an exit code for each. */
export async function gateCommand(given: Given): Promise<number> {
  const order = readGateOrder(given)
  const notify = progressListener()
  try {
    return await withInterruption((signal) => gate(order, given, signal, notify))
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    notify({
      kind: 'note',
      text: `${error.message}; nothing was decided, and everything that was started is ended`,
    })
    return EXIT.interrupted
  }
}

async function gate(order: GateOrder, given: Given, signal: AbortSignal, notify: Listener): Promise<number> {
  const startedAt = new Date().toISOString()
  if (!order.sides && !order.runs) return showHistory(order.history ?? '', order, given)
  // Before anything is measured: a file that cannot be read must not cost what was.
  const before = order.history === undefined ? [] : readHistory(order.history)
  const runs = order.runs && (await compareRunsOf(order, given, signal, notify))
  if (runs?.isFirst) notify({ kind: 'note', text: `there was no baseline: ${savedAs(order)}` })
  const sides = order.sides && (await gateSides({ ...order.sides, signal, notify }, order.sides.startUpRule))
  const result = withHistory(resultOf(order, startedAt, runs, sides), order, before, runs?.head.record)
  await report(result, order, given)
  if (result.outcome === 'passed' && order.runs?.saveBaseline && runs && !runs.isFirst)
    keepAsBaseline(runs.head, order.runs.baseline)
  return CODES[result.outcome]
}

function savedAs({ runs }: GateOrder): string {
  return `the head's run is saved as ${runFileOf(runs?.baseline ?? '')}`
}

async function compareRunsOf(
  { runs, failOn }: GateOrder,
  given: Given,
  signal: AbortSignal,
  notify: Listener,
): Promise<GatedRuns | undefined> {
  if (!runs) return undefined
  const { headRun, scenario: file = '' } = runs
  const book = await loadPriceBook(given.values.get('book'))
  if (headRun !== undefined) {
    return gateRuns({ ...runs, failOn, book, notify, head: async () => loadRunFile(headRun) })
  }
  const { scenario, source } = readScenario(file)
  const fresh = () =>
    runAfresh({ scenario, locate: source.problem.bind(source), version: VERSION, signal, notify })
  return gateRuns({ ...runs, failOn, book, notify, head: fresh, again: fresh, planned: scenario })
}

function resultOf(
  order: GateOrder,
  startedAt: string,
  runs: GatedRuns | undefined,
  sides: GatedSides | undefined,
): GateResult {
  const { sides: asked, runs: askedRuns, failOn, calibrate } = order
  const judgements = [...(sides?.judgements ?? []), ...(runs?.judgements ?? [])]
  const onlySaved = runs?.isFirst === true && !sides
  const outcome = onlySaved ? 'passed' : conclude(judgements, failOn)
  const names = (of: 'base' | 'head') =>
    [asked && nameSide(asked[of]), of === 'base' ? askedRuns?.baseline : runs?.head.record.id].filter(Boolean)
  return {
    schemaVersion: 1,
    plimsoll: VERSION,
    mode: calibrate ? 'calibration' : sides ? 'interleaved' : 'baseline',
    outcome,
    startedAt,
    base: names('base').join('; '),
    head: names('head').join('; '),
    failOn,
    judgements,
    summary: [
      ...(runs?.isFirst ? [`There was no baseline: ${savedAs(order)}.`] : []),
      ...(calibrate ? [describeNoise(judgements)] : []),
      ...(onlySaved ? [] : summarize(judgements, outcome, failOn)),
    ],
    notes: [...(sides?.notes ?? []), ...(runs?.notes ?? [])],
    measured: sides?.measured ?? null,
    billChanges: runs?.billChanges ?? [],
    changePoints: [],
    history: null,
  }
}

/** Without a query, which might hold a key. */
function nameSide(source: SideSource): string {
  if (source.kind === 'command') return source.command
  const { origin, pathname } = new URL(source.url)
  return `${origin}${pathname}`
}

function withHistory(
  result: GateResult,
  { history: folder, sides }: GateOrder,
  before: readonly HistoryEntry[],
  head: RunRecord | undefined,
): GateResult {
  if (folder === undefined || result.judgements.length === 0) return result
  const { cpuModel, cores } = head?.profile?.host ?? describeHost()
  const asked = sides ? requestName(sides.request) : head?.scenario.name
  const entry = historyEntry(result, { machine: `${cpuModel}, ${cores} cores`, asked }, commitAround(folder))
  const file = appendHistory(folder, entry)
  const history = historyOf([...before, entry])
  const notes = [...result.notes, `added to the history: ${file}`]
  return { ...result, changePoints: historyChangePoints(history), history, notes }
}

/** The same for the same request, so that another one starts a series of its own. */
function requestName({ method, path, body }: SideRequest): string {
  const hash = createHash('sha256').update(`${method} ${path}\n`)
  if (body) hash.update(body)
  return `request ${hash.digest('hex').slice(0, 8)}`
}

async function showHistory(folder: string, { reports }: GateOrder, { switches }: Given): Promise<number> {
  if (!existsSync(folder)) {
    const hint = 'a gate with --history starts one there'
    throw new UserError({ message: `there is no history ${folder}`, hint })
  }
  const history = historyOf(readHistory(folder))
  const result = { plimsoll: VERSION, history, changePoints: historyChangePoints(history) }
  process.stdout.write(HISTORY_REPORTS[switches.has('json') ? 'json' : 'terminal'](result))
  for (const file of reports) writeWhole(file, await HISTORY_REPORTS[formatOf(file)](result))
  return EXIT.ok
}

async function report(result: GateResult, order: GateOrder, { switches }: Given): Promise<void> {
  const shown = GATE_REPORTS[switches.has('json') ? 'json' : 'terminal'](result, terminalOptions())
  process.stdout.write(order.annotate ? withoutCommands(shown) : shown)
  for (const file of order.reports) {
    writeWhole(
      file,
      await GATE_REPORTS[BY_ENDING[extname(file)] ?? 'terminal'](result, { width: 100, color: false }),
    )
  }
  if (order.annotate) process.stdout.write(GATE_REPORTS.annotations(result))
}

/** For a GitHub runner, which takes what a server or a file is called for commands: between these lines it takes none. */
function withoutCommands(text: string): string {
  const token = randomUUID()
  return `::stop-commands::${token}\n${text.trimEnd()}\n::${token}::\n`
}

function formatOf(file: string): keyof typeof HISTORY_REPORTS {
  const format = BY_ENDING[extname(file)]
  return format === 'html' || format === 'json' ? format : 'terminal'
}
