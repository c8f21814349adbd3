import { z } from 'zod'
import { type Decimal, decimal } from '../core/money.ts'
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

export function duration(description: string, { zero = false, mostMs = Number.MAX_VALUE } = {}) {
  const parse = (text: string) => {
    const ms = positive(parseDurationMs(text), zero)
    return ms !== undefined && ms <= mostMs ? ms : undefined
  }
  return quantity({
    parse,
    what: `a duration with its unit${mostMs < Number.MAX_VALUE ? `, of ${mostMs / 3_600_000} h at most` : ''}`,
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

/** A change as a percentage, over -100%: `20%`, `-5%`. */
export function change(description: string) {
  const parse = (text: string) => {
    const match = /^([+-]?\d+(?:\.\d+)?)\s*%$/.exec(text.trim())
    return match && Number(match[1]) > -100 ? Number(match[1]) / 100 : undefined
  }
  return quantity({ parse, what: 'a change over -100%', examples: ['20%', '-5%'], description })
}

/** A multiple: 0 or more. */
export function factor(description: string) {
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not a multiple of 0 or more`
  return z.number({ error }).min(0, { error }).max(100_000, { error }).meta({ description })
}

/** The name of a shape, or relative rates of 24 or 168 hours. */
export function shape(description: string) {
  const wrong = 'sine, office, evening, or a list of 24 or 168 rates of 0 or more, some of them above 0'
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not ${wrong}`
  const hours = z
    .array(z.number({ error }).min(0, { error }).max(1e9, { error }))
    .refine((rates) => [24, 168].includes(rates.length) && rates.some((each) => each > 0), {
      error,
    })
  return z
    .union([z.literal(['sine', 'office', 'evening']), hours], { error })
    .meta({ description, examples: ['sine', 'office', 'evening'] })
}

export function count(description: string, { least = 1, most = 1_000_000 } = {}) {
  const wrong = `a whole number from ${least} to ${most}`
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not ${wrong}`
  return z.int({ error }).min(least, { error }).max(most, { error }).meta({ description })
}

/** A quantity of usage, not negative and exact: a number, or one in quotes where it has more digits than those hold. */
export function amount(description: string, { least = '0' } = {}) {
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not a number`
  return z
    .union([z.number({ error }), z.string({ error })], { error })
    .transform((value, context): Decimal => {
      const fault = faultOfAmount(value, least)
      if (fault === undefined) return decimal(value)
      context.addIssue({ code: 'custom', message: `${show(value)} ${fault}` })
      return z.NEVER
    })
    .meta({ description })
}

/** Far above any month's usage; what is more is a mistake of units. */
const MOST_AMOUNT = 1e18

function faultOfAmount(value: number | string, least: string): string | undefined {
  if (typeof value === 'string' && !/^\d{1,30}(\.\d{1,30})?$/.test(value))
    return 'is not a plain number, like 334000 or "0.5"'
  if (Number.isNaN(Number(value))) return 'is not a number'
  if (Number(value) < 0) return 'is negative'
  if (decimalOrZero(value).lt(least)) return `is less than ${least}`
  if (Number(value) > MOST_AMOUNT) return `is more than ${MOST_AMOUNT}`
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return 'has more digits than a number keeps: write it in quotes'
  return undefined
}

function decimalOrZero(value: number | string): Decimal {
  return decimal(Number.isFinite(Number(value)) ? value : 0)
}

export function real(description: string, what = 'a number') {
  const error = ({ input }: { input?: unknown }) =>
    input === undefined ? undefined : `${show(input)} is not ${what}`
  return z.number({ error }).meta({ description })
}

/** A finite number over 0, or from 0 or `least` on, to `most`, in the unit that the field's name ends in. */
export function positiveNumber(
  description: string,
  what: string,
  { zero = false, least = 0, most = Number.MAX_VALUE } = {},
) {
  const wrong = zero ? `a ${what} of 0 or more` : `a finite ${what} over 0`
  const range = least > 0 ? `from ${least} to ${most}` : `of at most ${most}`
  const error = ({ input }: { input?: unknown }) => {
    if (input === undefined) return undefined
    const outside = typeof input === 'number' && input > 0 && input < Number.POSITIVE_INFINITY
    return `${show(input)} is not ${outside ? `a ${what} ${range}` : wrong}`
  }
  const number = z.number({ error })
  const from = zero || least > 0 ? number.min(least, { error }) : number.positive({ error })
  return (most < Number.MAX_VALUE ? from.max(most, { error }) : from).meta({ description })
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
