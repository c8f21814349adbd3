import { z } from 'zod'
import { parseDurationMs, parseRateRps, parseRatio, parseSizeBytes } from '../core/units.ts'

/** The kinds of value that a scenario holds. Each is read from the text that people write and says so when it can't. */

interface Quantity {
  readonly parse: (text: string) => number | undefined
  /** Completes "… is not <what>". */
  readonly what: string
  readonly examples: readonly string[]
  readonly description: string
}

/** A number with its unit, given as text. Bare numbers are refused: nobody can tell what they mean. */
function quantity({ parse, what, examples, description }: Quantity) {
  return z
    .string({ error: ({ input }) => (input === undefined ? undefined : `${show(input)} is not ${what}`) })
    .transform((text, context) => {
      const value = parse(text)
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message: `${show(text)} is not ${what}` })
      return z.NEVER
    })
    .meta({ description, examples: [...examples] })
}

export function duration(description: string, { zero = false } = {}) {
  const parse = (text: string) => positive(parseDurationMs(text), zero)
  return quantity({
    parse,
    what: 'a duration with its unit',
    examples: ['200ms', '1.5s', '3min'],
    description,
  })
}

export function size(description: string) {
  const parse = (text: string) => positive(parseSizeBytes(text))
  return quantity({ parse, what: 'a size with its unit', examples: ['512Mi', '2Gi'], description })
}

export function rate(description: string) {
  const parse = (text: string) => positive(parseRateRps(text))
  return quantity({
    parse,
    what: 'a rate with its unit',
    examples: ['120 rps', '90/min', '40/h'],
    description,
  })
}

export function ratio(description: string, examples: readonly string[] = ['0.1%', '1%']) {
  const parse = (text: string) => {
    const value = parseRatio(text)
    return value !== undefined && value <= 1 ? value : undefined
  }
  return quantity({ parse, what: 'a share between 0% and 100%', examples, description })
}

export function count(description: string, { least = 1, most = 1_000_000 } = {}) {
  const wrong = `a whole number from ${least} to ${most}`
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not ${wrong}`
  return z.int({ error }).min(least, { error }).max(most, { error }).meta({ description })
}

export function real(description: string, what = 'a number') {
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not ${what}`
  return z.number({ error }).meta({ description })
}

/** A finite number over 0, or from 0 on, in the unit that the field's name ends in. */
export function positiveNumber(description: string, what: string, { zero = false } = {}) {
  const wrong = zero ? `a ${what} of 0 or more` : `a finite ${what} over 0`
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not ${wrong}`
  const number = z.number({ error })
  return (zero ? number.min(0, { error }) : number.positive({ error })).meta({ description })
}

/** vCPUs: a fraction or a whole number, over 0. */
export function vcpus(description: string) {
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not a number of vCPUs`
  return z
    .number({ error })
    .positive({ error })
    .meta({ description, examples: [1, 0.5, 4] })
}

export function text(description: string, examples: readonly string[] = []) {
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not a text${input === '' ? ': it is empty' : ''}`
  const field = z.string({ error }).min(1, { error })
  return field.meta(examples.length > 0 ? { description, examples: [...examples] } : { description })
}

export function choice<const T extends readonly (string | number)[]>(options: T, description: string) {
  return z.literal([...options] as T[number][]).meta({ description })
}

/** A value as it would be written in YAML, cut to a readable length. */
export function show(value: unknown): string {
  const written = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return shorten(typeof value === 'string' ? `"${value}"` : written)
}

function shorten(written: string): string {
  return written.length > 60 ? `${written.slice(0, 57)}...` : written
}

function positive(value: number | undefined, zero = false): number | undefined {
  return value !== undefined && (value > 0 || (zero && value === 0)) ? value : undefined
}
