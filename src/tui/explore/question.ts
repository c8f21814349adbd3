/** What may be asked of a run; each is also a flag of `plimsoll advise`, and what is typed is its value. */
export const CONTROLS = ['traffic', 'peak-factor', 'slo', 'region', 'commitment', 'min-replicas'] as const
export type Control = (typeof CONTROLS)[number]

/** What is asked in place of the scenario's own; nothing where it is empty. */
export type Question = Readonly<Partial<Record<Control, string>>>

function isSame(a: Question, b: Question): boolean {
  return CONTROLS.every((control) => a[control] === b[control])
}

export function isAsked(question: Question): boolean {
  return !isSame(question, {})
}

/** The question with one of its parts changed, or as the scenario has it where `value` is undefined. */
export function withControl(question: Question, control: Control, value: string | undefined): Question {
  const { [control]: _, ...others } = question
  return value === undefined || value === '' ? others : { ...others, [control]: value }
}

/** The command that gives the same answer in a shell. */
export function adviseCommand(file: string, question: Question): string {
  const flags = CONTROLS.flatMap((control) => {
    const value = question[control]
    return value === undefined ? [] : [`--${control} ${quoted(value)}`]
  })
  return ['plimsoll advise', quoted(file), ...flags].join(' ')
}

/** As a shell reads it as one word. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** `what if: traffic x2, region europe-west4` */
export function describeQuestion(question: Question): string {
  const parts = CONTROLS.flatMap((control) =>
    question[control] === undefined ? [] : [`${control} ${question[control]}`],
  )
  return parts.join(', ')
}
