/** One command, described once: the parser and every help text come from it. */
export interface Command {
  /** One word, or two of which the first is shared: `prices show`, `prices check`. */
  readonly name: string
  /** Placeholder of the one argument that it takes, if it takes one. */
  readonly argument?: string
  /** The argument may be left out, and is then ''. */
  readonly optional?: true
  /** Placeholder of a second argument. */
  readonly second?: string
  /** Takes any number of arguments after the second. */
  readonly more?: true
  readonly summary: string
  readonly options: readonly Option[]
  /** Loads the command when it is used; returns its exit code. */
  readonly run: (argument: string, options: Given, second: string, more: readonly string[]) => Promise<number>
}

export interface Option {
  readonly name: string
  readonly short?: string
  /** Placeholder of its value; without one the option is a switch. */
  readonly value?: string
  /** May be given more than once. */
  readonly repeats?: true
  readonly summary: string
}

export interface Given {
  readonly switches: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  /** Of options that repeat, in the order given. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}

export const JSON_OUTPUT: Option = { name: 'json', summary: 'print one JSON document instead of a table' }
export const BOOK: Option = {
  name: 'book',
  value: 'file',
  summary: 'price book to use: a file (default: the newest there is)',
}
export const FAIL_UNMET: Option = {
  name: 'fail-unmet',
  summary: 'exit with 1 when no candidate meets the SLO',
}
