import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PriceBook } from '../../core/bill.ts'
import { UserError, WorldError } from '../../core/errors.ts'
import type { Listener } from '../../core/run-event.ts'
import type { FailOn } from '../../gate/conclude.ts'
import type { Changeable } from '../../gate/find-differences.ts'
import type { Judgement } from '../../gate/gate-result.ts'
import type { Rule } from '../../gate/rules.ts'
import { type ComparedRuns, compareRuns, type RunFile } from './compare-runs.ts'
import { loadRunFile } from './load-run-file.ts'

export interface RunsOrder {
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
  readonly notify: Listener
}

export interface GatedRuns extends ComparedRuns {
  readonly head: RunFile
}

/**
 * The head's run against the baseline. What fails is measured once more, where it can be.
 * @returns null when there was no baseline and the head's run was saved as the first
 * @throws UserError when there is no baseline, or it cannot be compared
 */
export async function gateRuns(order: RunsOrder): Promise<GatedRuns | null> {
  const { baseline, saveBaseline, rules, changed, book } = order
  if (!existsSync(baseline)) {
    if (!saveBaseline) throw noBaseline(baseline)
    const head = await order.head()
    saveAs(head.file, baseline)
    return null
  }
  const base = loadRunFile(baseline)
  const head = await order.head()
  const compared = compareRuns({ base, head, rules, changed, book })
  const failed = compared.judgements.some(
    ({ outcome, concern }) => outcome === 'failed' && order.failOn.includes(concern),
  )
  if (!failed) return { ...compared, head }
  if (!order.again) {
    const note = 'one saved run each: what failed was not measured again on fresh processes'
    return { ...compared, head, notes: [...compared.notes, note] }
  }
  order.notify({ kind: 'note', text: 'the head looks worse: measuring it once more ...' })
  const second = compareRuns({ base, head: await order.again(), rules, changed, book })
  return { ...compared, head, judgements: confirmed(compared.judgements, second.judgements) }
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

/** Keeps a run as the baseline to come. @throws WorldError when it cannot be written */
export function saveAs(file: string, baseline: string): void {
  try {
    mkdirSync(dirname(baseline), { recursive: true })
    copyFileSync(file, baseline)
  } catch (cause) {
    throw new WorldError(`cannot write ${baseline}: ${(cause as Error).message}`, { cause })
  }
}

function noBaseline(file: string): UserError {
  return new UserError({
    file,
    message: 'there is no baseline yet',
    hint: "--save-baseline keeps the head's run there, for the next gate to compare with",
  })
}
