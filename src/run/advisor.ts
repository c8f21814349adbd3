import type { Advice } from '../core/advice.ts'
import type { PriceBook } from '../core/bill.ts'
import type { RunRecord } from '../core/run-record.ts'
import { type AdviceMemo, rememberAll } from './advice-memo.ts'
import { type AdviseOptions, adviseRun, assessInSteps } from './advise-run.ts'
import type { WhatIf } from './what-if.ts'

/**
 * Advises on one run again and again, as someone explores it: what a question leaves as it was is not worked out
 * again. An answer is the same, to the digit, as `adviseRun` gives without memory.
 */
export class Advisor {
  readonly #record: RunRecord
  readonly #book: PriceBook
  readonly #options: AdviseOptions & { readonly memo: AdviceMemo }

  constructor(record: RunRecord, book: PriceBook, options: Omit<AdviseOptions, 'whatIf' | 'memo'> = {}) {
    this.#record = record
    this.#book = book
    this.#options = { ...options, memo: rememberAll() }
  }

  /** @throws UserError for a question that cannot be asked of this run */
  advise(whatIf: WhatIf = {}, options: Pick<AdviseOptions, 'outlook'> = {}): Advice {
    return adviseRun(this.#record, this.#book, { ...this.#options, ...options, whatIf })
  }

  /**
   * Works an answer out ahead of `advise`, one candidate after the other, for a caller that has other things to do in
   * between: other traffic or bounds are simulated anew, which for many candidates takes seconds.
   */
  prepare(whatIf: WhatIf = {}): Generator<{ readonly done: number; readonly total: number }, void, void> {
    return assessInSteps(this.#record, this.#book, { ...this.#options, whatIf })
  }
}
