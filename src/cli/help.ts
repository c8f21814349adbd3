import type { Command, Option } from './command.ts'
import { COMMANDS } from './commands.ts'

const GLOBAL: readonly Option[] = [
  { name: 'help', short: 'h', summary: 'show this, or the help of a command' },
  { name: 'version', short: 'V', summary: 'show the version' },
]

const EXIT_CODES = `Results go to stdout, progress and errors to stderr.

Exit codes: 0 ok; 1 no candidate meets the SLO (with --fail-unmet), the gate
failed, a price book fails its check, or a bill lacks a price; 2 the input has
to be mended; 3 the run failed; 4 the gate is inconclusive; 130 interrupted, and
--resume goes on.`

/** `plimsoll --help` */
export function programHelp(): string {
  const rows = COMMANDS.map((command) => [signature(command), command.summary] as const)
  return [
    'plimsoll finds the cheapest Google Cloud deployment of a trained model that',
    'meets its SLO: it loads the model, prices the candidates and says why.',
    '',
    'Usage: plimsoll <command> [options]',
    '',
    'Commands:',
    ...rows.flatMap(([name, summary]) => row(name, summary)),
    '',
    'Options:',
    ...GLOBAL.flatMap((option) => row(flags(option), option.summary)),
    '',
    EXIT_CODES,
    '',
    'Example: plimsoll run scenarios/quickstart.yaml',
  ].join('\n')
}

/** `plimsoll run --help` */
export function commandHelp(command: Command): string {
  const options = [...command.options, ...GLOBAL.slice(0, 1)]
  return [
    `Usage: plimsoll ${signature(command)} [options]`,
    '',
    ...fold(command.summary, 80),
    '',
    'Options:',
    ...options.flatMap((option) => row(flags(option), option.summary)),
  ].join('\n')
}

/** `plimsoll prices --help` */
export function groupHelp(name: string, commands: readonly Command[]): string {
  return [
    `Usage: plimsoll ${name} <command> [options]`,
    '',
    'Commands:',
    ...commands.flatMap((command) => row(signature(command), command.summary)),
    '',
    `See plimsoll ${commands[0]?.name} --help for the options of one.`,
  ].join('\n')
}

function signature({ name, argument, optional, second, more }: Command): string {
  const placeholders = [argument, second].flatMap((each) => each ?? [])
  const words = placeholders.map((each) => (optional ? `[${each}]` : `<${each}>`))
  return [name, ...words, ...(more ? ['[more]'] : [])].join(' ')
}

function flags({ name, short, value }: Option): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`
}

/** A term and its text, which hangs beside it within 80 columns, or beneath a term that is too long. */
function row(term: string, text: string): string[] {
  const column = 24
  const beside = term.length < column - 2
  const lines = fold(text, 80 - column).map(
    (line, index) => `  ${(index === 0 && beside ? term : '').padEnd(column - 2)}${line}`,
  )
  return beside ? lines : [`  ${term}`, ...lines]
}

/** Breaks at spaces. wrap-ansi would do it too, but takes longer to load than help to print. */
function fold(text: string, width: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
