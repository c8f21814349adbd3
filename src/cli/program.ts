import { existsSync, readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Command, Given, Option } from './command.ts'
import { COMMANDS } from './commands.ts'
import { commandHelp, groupHelp, programHelp } from './help.ts'
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
  if (first === undefined && canExplore()) return dispatch(['explore'])
  if (first === undefined || first === '--help' || first === '-h' || first === 'help')
    return showHelp(first === 'help' ? rest : [])
  if (first === '--version' || first === '-V') return print(VERSION)
  const command = commandOf(args)
  if (command === undefined) return groupOrError(args)
  const own = args.slice(command.name.split(' ').length)
  if (own.includes('--help') || own.includes('-h')) return print(commandHelp(command))
  const { positionals, given } = await parse(command, own)
  if (!fits(command, positionals.length)) return wrongArguments(command, positionals)
  return command.run(positionals[0] ?? '', given, positionals[1] ?? '', positionals.slice(2))
}

/** Nothing asked for, at a terminal, in a folder that has runs: they are what one may want to see. */
function canExplore(): boolean {
  const { CI, TERM } = process.env
  if (!process.stdout.isTTY || !process.stdin.isTTY || TERM === 'dumb' || (CI && CI !== 'false')) return false
  return (
    existsSync('reports') && readdirSync('reports').some((name) => existsSync(`reports/${name}/run.json`))
  )
}

/** The command whose words the arguments begin with. */
function commandOf(args: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
}

function showHelp(args: readonly string[]): number | Promise<never> {
  if (args.length === 0) return print(programHelp())
  const command = commandOf(args)
  return command ? print(commandHelp(command)) : groupOrError([...args, '--help'])
}

/** `prices` by itself names its commands; with a second word that is none of them, or one that is no command, it errs. */
function groupOrError([first = '', second]: readonly string[]): number | Promise<never> {
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `))
  if (group.length === 0) return usageError(`there is no command ${first}`, first, commandNames())
  if (second === '--help' || second === '-h') return print(groupHelp(first, group))
  const names = group.map(({ name }) => name)
  if (second === undefined) return usageError(`${first} needs one of its commands: ${names.join(', ')}`)
  return usageError(`there is no command ${first} ${second}`, `${first} ${second}`, names)
}

function fits({ argument, optional, second, more }: Command, given: number): boolean {
  const named = [argument, second].filter((name) => name !== undefined).length
  if (more) return given >= named
  return given <= named && (optional === true || given === named)
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
  const least = command.optional ? 'at most one' : 'one'
  const wants =
    command.second === undefined
      ? `${least} <${command.argument}>`
      : `<${command.argument}> and <${command.second}>${command.more ? ', and may take more' : ''}`
  return usageError(`${command.name} takes ${wants}, but got ${got}`)
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
  return [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0] ?? name))]
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
