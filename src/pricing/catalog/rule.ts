import type { Purchase } from '../../core/bill.ts'

/** What a SKU is the price of. */
export interface Subject {
  /** Resource of the price book. */
  readonly resource: string
  readonly purchase: Purchase
}

/** How the texts of one kind of SKU are read. Patterns are anchored at both ends. */
export interface Rule {
  readonly text: RegExp
  /** Resource family that such a SKU has; any where absent. */
  readonly family?: string
  /** Resource groups that such a SKU may have; any where absent. */
  readonly groups?: readonly string[]
  /** @param part the named groups of the text; absent ones are empty */
  readonly subject: (part: (name: string) => string) => Subject
}

/** "Spot Preemptible E2 Instance Core"; before 2023 "Preemptible E2 Instance Core". */
export const SPOT = '(?<spot>(?:Spot )?Preemptible )?'
export const FOR_YEARS = 'for (?<years>1|3) Years?'

export function bySpot(part: (name: string) => string): Purchase {
  return part('spot') === '' ? 'on-demand' : 'spot'
}

export function byYears(part: (name: string) => string): Purchase {
  return part('years') === '1' ? 'commit-1yr' : 'commit-3yr'
}

export function onDemand(resource: string): Subject {
  return { resource, purchase: 'on-demand' }
}
