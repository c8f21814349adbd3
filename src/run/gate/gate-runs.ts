import { existsSync, readFileSync } from 'node:fs'
import type { PriceBook } from '../../core/bill.ts'
import { UserError } from '../../core/errors.ts'
import type { Listener } from '../../core/run-event.ts'
import type { Scenario } from '../../core/scenario.ts'
import type { FailOn } from '../../gate/conclude.ts'
import type { Changeable } from '../../gate/find-differences.ts'
import type { Judgement } from '../../gate/gate-result.ts'
import type { Rule } from '../../gate/rules.ts'
import { runFileOf, writeWhole } from '../run-store.ts'
import { type ComparedRuns, checkScenario, compareRuns, cutShort, type RunFile } from './compare-runs.ts'
import { loadRunFile } from './load-run-file.ts'

export interface RunsOrder {
  /** A run.json or its folder. */
  readonly baseline: string
  readonly rules: readonly Rule[]
  readonly changed: readonly Changeable[]
  readonly saveBaseline: boolean
  readonly failOn: FailOn
  readonly book: PriceBook
  /** The head's run: reads it, or measures it now. */
  readonly head: () => Promise<RunFile>
  /** Measures the head once more; absent where the run was given. */
  readonly again?: () => Promise<RunFile>
  /** What the head's run is made of, where it is made now. */
  readonly planned?: Scenario
  readonly notify: Listener
}

export interface GatedRuns extends ComparedRuns {
  readonly head: RunFile
  /** There was no baseline: nothing was judged, and the head's run was saved as the first. */
  readonly isFirst: boolean
}

/**
 * The head's run against the baseline. What fails is measured once more, where it can be.
 * @throws UserError when there is no baseline to compare with or it cannot be, before anything is measured where that
 * is known
 */
export async function gateRuns(order: RunsOrder): Promise<GatedRuns> {
  const { saveBaseline, rules, changed, book } = order
  const baseline = runFileOf(order.baseline)
  if (!existsSync(baseline)) {
    if (!saveBaseline) throw noBaseline(baseline)
    const head = await order.head()
    keepAsBaseline(head, baseline)
    return { judgements: [], billChanges: [], notes: [], head, isFirst: true }
  }
  const base = loadRunFile(baseline)
  if (order.planned) checkScenario(base, order.planned, changed)
  const head = await order.head()
  const compared = compareRuns({ base, head, rules, changed, book })
  const failed = compared.judgements.some(
    ({ outcome, concern }) => outcome === 'failed' && order.failOn.includes(concern),
  )
  if (!failed) return { ...compared, head, isFirst: false }
  if (!order.again) {
    const note = 'one saved run each: what failed was not measured again on fresh processes'
    return { ...compared, head, isFirst: false, notes: [...compared.notes, note] }
  }
  order.notify({ kind: 'note', text: 'the head looks worse: measuring it once more ...' })
  const second = compareRuns({ base, head: await order.again(), rules, changed, book })
  const judgements = confirmed(compared.judgements, second.judgements)
  return { ...compared, head, isFirst: false, judgements }
}

/** What failed once and not again is not decided. */
function confirmed(first: readonly Judgement[], second: readonly Judgement[]): Judgement[] {
  return first.map((judgement) => {
    if (judgement.outcome !== 'failed') return judgement
    const again = second.find(
      ({ metric, subject }) => metric === judgement.metric && subject === judgement.subject,
    )
    if (again?.outcome === 'failed') return again
    const reason = `${judgement.reason}; measured once more, it did not`
    return { ...judgement, outcome: 'inconclusive', reason }
  })
}

/**
 * Keeps a run as the baseline to come, whole or not at all.
 * @throws UserError when it was cut short: no gate could compare with it; WorldError when it cannot be written
 */
export function keepAsBaseline(run: RunFile, baseline: string): void {
  const problems = cutShort(run)
  if (problems.length > 0) throw new UserError(problems)
  writeWhole(runFileOf(baseline), readFileSync(run.file, 'utf8'))
}

function noBaseline(file: string): UserError {
  return new UserError({
    file,
    message: 'there is no baseline yet',
    hint: "--save-baseline keeps the head's run there, for the next gate to compare with",
  })
}
