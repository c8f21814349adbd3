import { z } from 'zod'
import { type Price, type PriceBook, PURCHASES } from '../core/bill.ts'
import type { Problem } from '../core/errors.ts'
import { UserError } from '../core/errors.ts'
import { decimal } from '../core/money.ts'

const amount = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a decimal in quotes without sign or exponent, e.g. "0.000024"')
const text = z.string().trim().min(1, 'must not be empty')
const tiersSchema = z
  .array(z.strictObject({ from: amount, usd: amount }))
  .min(1, 'must have at least one tier')
const sharesSchema = z.array(amount).min(1, 'must have at least one share')

const priceSchema = z.strictObject({
  resource: text,
  region: text,
  unit: text,
  tiers: tiersSchema,
  purchase: z.enum(PURCHASES),
  sku: z.strictObject({ id: text.nullable(), description: text }),
  sustainedUse: sharesSchema.exactOptional(),
  basis: z.enum(['listed', 'derived']),
  rule: text.exactOptional(),
  asOf: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month, YYYY-MM'),
  source: text,
})

/** Texts that many rows share, by the short name with which rows mention them. */
const textsSchema = z.record(z.string(), text)

const bookSchema = z.strictObject({
  schemaVersion: z.literal(1),
  currency: z.literal('USD'),
  date: z.iso.date('must be a date, YYYY-MM-DD'),
  sources: textsSchema.exactOptional(),
  rules: textsSchema.exactOptional(),
  prices: z.array(priceSchema).min(1, 'must have at least one price'),
})

/** Something wrong at a path in the book, e.g. `["prices", 3, "tiers", 0, "usd"]`. */
interface Fault {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** A price as a file may hold it: any field may be absent or of any type. */
type Row = Readonly<Record<string, unknown>>

/** Tables of shared texts, and the field of a row that names one of theirs where the file has the table. */
const TABLES = [
  ['sources', 'source'],
  ['rules', 'rule'],
] as const

/**
 * Holds a parsed book file against the schema and against what a price may be. In the book that comes back each row
 * has the text of its source and rule, whether the file shares them in its tables or not.
 *
 * @param file its path as the user wrote it, named in each problem
 * @throws UserError with every problem found
 */
export function checkPriceBook(content: unknown, file: string): PriceBook {
  const parsed = bookSchema.safeParse(content)
  const rows = rowsOf(content)
  const faults = [
    ...(parsed.error?.issues.flatMap(shapeFaults) ?? []),
    ...rows.flatMap((row, index) =>
      rowFaults(row).map(({ path, message }) => ({ path: ['prices', index, ...path], message })),
    ),
    ...duplicateFaults(rows),
    ...(parsed.data ? tableFaults(parsed.data) : []),
  ]
  if (parsed.data && faults.length === 0) return withTexts(parsed.data)
  throw new UserError(faults.map((fault) => toProblem(fault, rows, file)))
}

function tableFaults(book: z.infer<typeof bookSchema>): Fault[] {
  return TABLES.flatMap(([table, field]) =>
    book.prices.flatMap(({ [field]: name }, index) => {
      if (name === undefined || book[table] === undefined || Object.hasOwn(book[table], name)) return []
      return [{ path: ['prices', index, field], message: `"${name}" is none of the book's ${table}` }]
    }),
  )
}

function withTexts({ sources, rules, ...book }: z.infer<typeof bookSchema>): PriceBook {
  const prices = book.prices.map((price): Price => {
    const source = sources?.[price.source] ?? price.source
    if (price.rule === undefined) return { ...price, source }
    return { ...price, rule: rules?.[price.rule] ?? price.rule, source }
  })
  return { ...book, prices }
}

function rowsOf(content: unknown): readonly Row[] {
  const prices = (content as { prices?: unknown } | null)?.prices
  return Array.isArray(prices) ? prices.map((row) => (row ?? {}) as Row) : []
}

function shapeFaults(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [issue]
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is no field of a price book' }))
}

function rowFaults(row: Row): Fault[] {
  const tiers = tiersSchema.safeParse(row.tiers)
  const shares = sharesSchema.safeParse(row.sustainedUse)
  const faults = [
    ...(tiers.success ? tierFaults(tiers.data) : []),
    ...(shares.success ? shareFaults(shares.data) : []),
  ]
  if (row.basis === 'derived' && row.rule === undefined) {
    faults.push({ path: ['rule'], message: 'a derived price must say by which rule' })
  }
  if (row.sustainedUse !== undefined && tiers.success && tiers.data.length > 1) {
    faults.push({ path: ['sustainedUse'], message: 'cannot be combined with several tiers' })
  }
  return faults
}

function tierFaults(tiers: z.infer<typeof tiersSchema>): Fault[] {
  return tiers.flatMap((tier, index) => {
    const before = tiers[index - 1]
    const faults: Fault[] = []
    const fault = (field: string, message: string) => faults.push({ path: ['tiers', index, field], message })
    if (!before && !decimal(tier.from).eq(0)) fault('from', 'the first tier must start at "0"')
    if (before && decimal(tier.from).lte(before.from)) {
      fault('from', `must be more than "${before.from}", where the tier before it starts`)
    }
    // A real free amount is a first tier with a paid one behind it; other zeros in the catalogue are placeholders.
    if (decimal(tier.usd).eq(0) && (before || tiers.length === 1)) {
      fault('usd', 'must not be zero: only the first of several tiers can be free')
    }
    return faults
  })
}

function shareFaults(shares: readonly string[]): Fault[] {
  return shares.flatMap((share, index) => {
    const most = shares[index - 1] ?? '1'
    const message = `must not be more than ${most}: successive shares of the base rate only fall`
    return decimal(share).gt(most) ? [{ path: ['sustainedUse', index], message }] : []
  })
}

function duplicateFaults(rows: readonly Row[]): Fault[] {
  const first = new Map<string, number>()
  return rows.flatMap(({ resource, region, purchase }, index) => {
    if (resource === undefined) return []
    const key = JSON.stringify([resource, region, purchase])
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, index)
    const message = `its ${String(purchase)} price stands in prices[${earlier}] already`
    return earlier === undefined ? [] : [{ path: ['prices', index], message }]
  })
}

function toProblem({ path, message }: Fault, rows: readonly Row[], file: string): Problem {
  const [top, index] = path
  const row = top === 'prices' && typeof index === 'number' ? rows[index] : undefined
  const name = row?.resource === undefined ? '' : `${String(row.resource)} in ${String(row.region)}: `
  return { message: `${name}${message}`, file, ...(path.length > 0 && { field: dotted(path) }) }
}

/** `["prices", 3, "tiers", 0, "usd"]` as `prices[3].tiers[0].usd` */
function dotted(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
  return parts.join('').replace(/^\./, '')
}
