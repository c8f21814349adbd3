/** One thing wrong with what the user gave, with its place where there is one. */
export interface Problem {
  /** What is wrong, in one sentence without a full stop. */
  readonly message: string
  /** What would be right. */
  readonly hint?: string
  /** Path of the file at fault, as the user wrote it. */
  readonly file?: string
  /** Line in the file, from 1. */
  readonly line?: number
  /** Column in the line, from 1. */
  readonly column?: number
  /** Dotted path of the field, e.g. `candidates[2].memory`. */
  readonly field?: string
}

/** The user can mend this: shown without a stack, all problems at once. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly problems: readonly Problem[]
  constructor(problems: Problem | readonly Problem[]) {
    const list = Array.isArray(problems) ? problems : [problems]
    super(list.map((problem) => problem.message).join('; '))
    this.problems = list
  }
}

/** The world failed (network, disk, a server that died): what was being done and what came of it. */
export class WorldError extends Error {
  override readonly name = 'WorldError'
  readonly hint: string | undefined
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.hint = options.hint
  }
}

/** `file:line:column field: message` and the hint beneath it; parts that are unknown are left out. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':')
  const head = [place, problem.field].filter(Boolean).join(' ')
  return `${head ? `${head}: ` : ''}${problem.message}${problem.hint ? `\n    ${problem.hint}` : ''}`
}
