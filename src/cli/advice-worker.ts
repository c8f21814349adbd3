import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Advice } from '../core/advice.ts'
import { formatProblem, UserError } from '../core/errors.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { Advisor } from '../run/advisor.ts'
import { readWhatIf } from '../run/read-what-if.ts'
import { loadRun } from '../run/run-store.ts'
import type { WhatIf } from '../run/what-if.ts'

/** What the worker is started with. */
export interface AdviceWorkerData {
  readonly file: string
  readonly book: string | undefined
}

/** As flags of `plimsoll advise` are written. */
export type Written = Parameters<typeof readWhatIf>[0]

export type ToAdvisor =
  | { readonly kind: 'ask'; readonly id: number; readonly question: Written; readonly isWhole: boolean }
  | { readonly kind: 'foresee'; readonly id: number; readonly questions: readonly Written[] }

export type FromAdvisor =
  | { readonly kind: 'progress'; readonly id: number; readonly done: number; readonly total: number }
  | { readonly kind: 'advice'; readonly id: number; readonly advice: Advice; readonly isWhole: boolean }
  | { readonly kind: 'problem'; readonly id: number; readonly message: string }

/** Longest that a new question waits for the one before it to be put aside, ms. */
const SLICE_MS = 10
/** Least time between two reports of progress, ms. */
const PROGRESS_EVERY_MS = 100

/** The last message counts: what was begun for one before it is left where it is, and what was worked out is kept. */
let latest = 0

const advisor = (async () => {
  const { file, book: path } = workerData as AdviceWorkerData
  const record = loadRun(file)
  const { book, ...use } = await chooseBook(path, process.env)
  return new Advisor(record, book, { ...use, now: new Date() })
})()

parentPort?.on('message', (message: ToAdvisor) => {
  latest = message.id
  void (message.kind === 'ask' ? answer(message) : foresee(message))
})

function tell(message: FromAdvisor): void {
  parentPort?.postMessage(message)
}

async function answer({ id, question, isWhole }: Extract<ToAdvisor, { kind: 'ask' }>): Promise<void> {
  try {
    const { whatIf, problems } = readWhatIf(question)
    if (problems.length > 0) throw new UserError(problems)
    if (!(await prepared(id, whatIf, true))) return
    tell({ kind: 'advice', id, advice: (await advisor).advise(whatIf, { outlook: isWhole }), isWhole })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    tell({
      kind: 'problem',
      id,
      message: error.problems
        .map(formatProblem)
        .join('; ')
        .replace(/\s*\n\s*/g, ': '),
    })
  }
}

async function foresee({ id, questions }: Extract<ToAdvisor, { kind: 'foresee' }>): Promise<void> {
  for (const question of questions) {
    const { whatIf, problems } = readWhatIf(question)
    try {
      if (problems.length === 0 && !(await prepared(id, whatIf, false))) return
    } catch (error) {
      // A question that nobody asked yet: whoever asks it is told.
      if (!(error instanceof UserError)) throw error
    }
  }
}

/** Works an answer out in slices. @returns false where another message came in between */
async function prepared(id: number, whatIf: WhatIf, tells: boolean): Promise<boolean> {
  let [sliceAt, toldAt] = [performance.now(), performance.now()]
  for (const { done, total } of (await advisor).prepare(whatIf)) {
    const now = performance.now()
    if (tells && now - toldAt > PROGRESS_EVERY_MS) {
      toldAt = now
      tell({ kind: 'progress', id, done, total })
    }
    if (now - sliceAt < SLICE_MS) continue
    await setImmediate()
    if (latest !== id) return false
    sliceAt = performance.now()
  }
  return latest === id
}
