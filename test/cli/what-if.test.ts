import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { BackgroundAdvisor } from '../../src/cli/background-advisor.ts'
import { seededRandom } from '../../src/core/random.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import { jsonReport } from '../../src/report/json.ts'
import { stepped } from '../../src/tui/explore/controls.ts'
import type { Answer } from '../../src/tui/explore/explorer.ts'
import {
  adviseCommand,
  CONTROLS,
  type Control,
  type Question,
  withControl,
} from '../../src/tui/explore/question.ts'
import { mig } from '../fixtures/candidates.ts'
import { runRecord, variedRun } from '../fixtures/run.ts'
import { NO_DATA, useFolder } from './plimsoll.ts'

const { folder } = useFolder()
const file = join(folder, 'run.json')
const record = smallRun()
writeFileSync(file, JSON.stringify(record))

// As the program that is compared has it: no price book was ever synced.
process.env.XDG_DATA_HOME = NO_DATA
const advisor = new BackgroundAdvisor({ file, book: undefined }, (error) => {
  throw error
})
afterAll(() => advisor.close())

/** One that was measured, and one of each kind of scaling, under a week of office hours. */
function smallRun(): RunRecord {
  const varied = variedRun()
  const measured = varied.trials.find(({ status }) => status === 'measured')
  const candidates = varied.scenario.candidates.filter(({ name }, index) => {
    return index === 0 || name === measured?.candidate
  })
  const curve = { peakRps: 6, shape: 'office', timeZone: 'Europe/Berlin', weekendFactor: 0.5 } as const
  const own = runRecord(
    {},
    { candidates: [...candidates, mig({ machineType: 'n1-standard-2' })], traffic: { rps: 2, curve } },
  )
  const trials = own.trials.map((trial) => (trial.candidate === measured?.candidate ? measured : trial))
  return { ...own, trials }
}

/** What only the whole answer has: what other traffic and other settings would change. */
const LATER = ['outlook', 'suggestion', 'hourly', 'loadCurves', 'recommendation'] as const

/** Every control by itself, then some of them at random: moved by keys, or typed. */
const TYPED: Readonly<Record<Control, readonly string[]>> = {
  traffic: ['3.7 rps', 'x0.37', '90/min'],
  'peak-factor': ['4', 'x2.75'],
  slo: ['p95<180ms', 'p50<60ms, p99<900ms, errors<2%'],
  region: ['asia-east1', 'africa-south1'],
  commitment: ['on-demand', 'spot', '1yr', '3yr'],
  'min-replicas': ['0', '3'],
}
const QUESTIONS = distinct([
  ...CONTROLS.map((control): Question => ({ [control]: TYPED[control].at(-1) })),
  { commitment: 'spot' },
  ...randomQuestions(9, 7),
])

function distinct(questions: readonly Question[]): Question[] {
  return [...new Map(questions.map((question) => [adviseCommand('', question), question])).values()]
}

function randomQuestions(seed: number, count: number): Question[] {
  const random = seededRandom(seed)
  const below = (most: number) => Math.floor(random() * most)
  const value = (control: Control, question: Question) =>
    random() < 0.5
      ? TYPED[control][below(TYPED[control].length)]
      : stepped(control, question, record.scenario, random() < 0.5 ? 1 : -1)
  return Array.from({ length: count }, () => {
    let question: Question = {}
    for (const control of CONTROLS) {
      const steps = random() < 0.6 ? 1 + below(3) : 0
      for (let step = 0; step < steps; step++)
        question = withControl(question, control, value(control, question))
    }
    return question
  })
}

/** From the thread that answers whoever explores. @returns the ranking, and all of it once that is known */
function answers(question: Question): { first: Promise<Answer>; whole: Promise<Answer> } {
  const first = Promise.withResolvers<Answer>()
  const whole = Promise.withResolvers<Answer>()
  advisor.ask(question, (answer) => {
    if (answer.kind === 'progress') return
    first.resolve(answer)
    if (answer.kind === 'problem' || answer.isWhole) whole.resolve(answer)
  })
  return { first: first.promise, whole: whole.promise }
}

/** What a shell prints for the command that `y` copies. */
async function copied(question: Question): Promise<{ stdout: string; stderr: string }> {
  const program = `plimsoll() { '${process.execPath}' '${resolve('dist/cli/main.js')}' "$@"; }`
  const command = `${program}; ${adviseCommand(file, question)} --json`
  return promisify(execFile)('bash', ['-c', command], { maxBuffer: 2 ** 26 }).catch((error) => error)
}

/** As the report writes it: with null for what has no end. */
function asWritten(answer: Answer): Record<string, unknown> {
  if (answer.kind !== 'advice') throw new Error(JSON.stringify(answer))
  return JSON.parse(jsonReport(answer.advice)) as Record<string, unknown>
}

function withoutLater(advice: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(advice).filter(([field]) => !LATER.some((each) => each === field)))
}

describe('what if', () => {
  test('is asked of every control in the questions that follow, alone and with others', () => {
    for (const control of CONTROLS) {
      const asked = QUESTIONS.filter((question) => question[control] !== undefined)
      expect(asked.some((question) => Object.keys(question).length === 1)).toBe(true)
      expect(asked.some((question) => Object.keys(question).length > 2)).toBe(true)
    }
  })

  test.each(QUESTIONS.map((question) => [adviseCommand('run.json', question), question] as const))(
    'is answered to the digit as by %s',
    async (_, question) => {
      const { first } = answers(question)
      const [asked, advised] = await Promise.all([first, copied(question)])
      const printed = JSON.parse(advised.stdout) as Record<string, unknown>
      expect(printed.verdicts).toHaveLength(3)
      expect(withoutLater(asWritten(asked))).toEqual(withoutLater(printed))
    },
  )

  test('is answered to the last field once other traffic was looked at', async () => {
    const question = { traffic: 'x1.5', slo: 'p95<200ms' }
    const { whole } = answers(question)
    const [asked, advised] = await Promise.all([whole, copied(question)])
    expect(asWritten(asked)).toEqual(JSON.parse(advised.stdout))
  })

  test('is refused with the words of the command, where it cannot be asked', async () => {
    const impossible: readonly Question[] = [
      { region: 'mars' },
      { slo: 'p95<fast', traffic: 'lots' },
      // Weekends have half the rate of other days.
      { 'peak-factor': '1', commitment: 'spot' },
    ]
    for (const question of impossible) {
      const [asked, advised] = await Promise.all([answers(question).first, copied(question)])
      expect(asked.kind).toBe('problem')
      const { message } = asked as Extract<Answer, { kind: 'problem' }>
      for (const part of message.split(/; |: /)) expect(advised.stderr).toContain(part)
    }
  })
})
