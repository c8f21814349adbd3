import { parseArgs } from 'node:util'
import { COMMANDS, type Command, type Given, type Option } from './commands.ts'
import { commandHelp, programHelp } from './help.ts'
import { VERSION } from './version.ts'

/** Does what the arguments (without node and script) say, and returns the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args)
  } catch (error) {
    const { reportError } = await import('./report-error.ts')
    return reportError(error)
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args
  if (first === undefined || first === '--help' || first === '-h' || first === 'help')
    return showHelp(first === 'help' ? rest[0] : undefined)
  if (first === '--version' || first === '-V') return print(VERSION)
  const command = COMMANDS.find(({ name }) => name === first)
  if (command === undefined) return usageError(`there is no command ${first}`, first, commandNames())
  if (rest.includes('--help') || rest.includes('-h')) return print(commandHelp(command))
  const { positionals, given } = await parse(command, rest)
  if (positionals.length !== (command.argument === undefined ? 0 : 1))
    return wrongArguments(command, positionals)
  return command.run(positionals[0] ?? '', given)
}

function showHelp(name: string | undefined): number | Promise<never> {
  const command = COMMANDS.find((each) => each.name === name)
  if (name !== undefined && command === undefined) {
    return usageError(`there is no command ${name}`, name, commandNames())
  }
  return print(command ? commandHelp(command) : programHelp())
}

async function parse(command: Command, args: string[]): Promise<{ positionals: string[]; given: Given }> {
  const options = Object.fromEntries(command.options.map((option) => [option.name, parserOption(option)]))
  const tokens = parseArgs({ args, options, allowPositionals: true, strict: false })
  const given = {
    switches: new Set<string>(),
    values: new Map<string, string>(),
    lists: new Map<string, string[]>(),
  }
  for (const [name, value] of Object.entries(tokens.values)) {
    const option = command.options.find((each) => each.name === name)
    if (option === undefined) {
      return usageError(`${command.name} has no option ${dashed(name)}`, dashed(name), optionNames(command))
    }
    const fault = faultOf(option, value)
    if (fault !== undefined) return usageError(fault)
    if (Array.isArray(value)) given.lists.set(name, value.map(String))
    else if (typeof value === 'string') given.values.set(name, value)
    else given.switches.add(name)
  }
  return { positionals: tokens.positionals, given }
}

function parserOption({ value, short, repeats }: Option) {
  const type = value === undefined ? ('boolean' as const) : ('string' as const)
  return { type, ...(short ? { short } : {}), ...(repeats ? { multiple: true } : {}) }
}

function faultOf({ name, value: placeholder }: Option, value: unknown): string | undefined {
  if (placeholder === undefined) return value === true ? undefined : `--${name} takes no value`
  const missing = (text: unknown) => typeof text !== 'string' || text === '' || text.startsWith('--')
  return [value].flat().some(missing) ? `--${name} needs a <${placeholder}>` : undefined
}

function wrongArguments(command: Command, given: readonly string[]): Promise<never> {
  if (command.argument === undefined)
    return usageError(`${command.name} takes no argument, but got ${given.join(' ')}`)
  const got = given.length === 0 ? 'none' : given.join(' ')
  return usageError(`${command.name} takes one <${command.argument}>, but got ${got}`)
}

/** @throws UserError always; what it needs is loaded only now */
async function usageError(message: string, word?: string, known: readonly string[] = []): Promise<never> {
  const [{ UserError }, { closestMatch }] = await Promise.all([import('../core/errors.ts'), import('leven')])
  const close = word === undefined ? undefined : closestMatch(word, known, { maxDistance: 2 })
  throw new UserError({
    message,
    hint: close === undefined ? 'see plimsoll --help' : `did you mean ${close}?`,
  })
}

function commandNames(): string[] {
  return COMMANDS.map(({ name }) => name)
}

function optionNames(command: Command): string[] {
  return command.options.map(({ name }) => dashed(name))
}

function dashed(name: string): string {
  return `${name.length === 1 ? '-' : '--'}${name}`
}

function print(text: string): number {
  console.log(text)
  return 0
}
