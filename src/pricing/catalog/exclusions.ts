/**
 * Texts of SKUs that are offers of their own and never the plain price of a thing, whatever their usage type says:
 * flex-start SKUs have the usage type OnDemand and less than half the price, reserved ones a price of 0.
 */
const OFFERS: readonly { readonly name: string; readonly text: RegExp }[] = [
  { name: 'flex-start (DWS)', text: /\bDWS\b|\bdefined duration\b|\bflex[- ]?start\b/i },
  { name: 'calendar mode', text: /\bcalendar mode\b/i },
  { name: 'reserved', text: /^reserved\b|\breservation\b/i },
  { name: 'sole tenancy', text: /\bsole[- ]tenan/i },
  { name: 'an add-on (premium)', text: /\bpremium\b/i },
  { name: 'confidential computing', text: /\bconfidential\b/i },
  { name: 'suspended machines', text: /\bsuspend(ed)?\b/i },
  { name: 'a promotion', text: /\bpromotion(al)?\b/i },
  { name: 'a commitment of 5 years', text: /^commitment\b.* 5 years?$/i },
]

/** Usage types that a plain price can have; the others are offers of their own. */
const PLAIN_USAGE: ReadonlySet<string> = new Set(['OnDemand', 'Preemptible', 'Commit1Yr', 'Commit3Yr'])

/**
 * @param description normalized
 * @returns the offer that the SKU is instead of a plain price
 */
export function otherOffer(description: string, usageType: string): string | undefined {
  const offer = OFFERS.find(({ text }) => text.test(description))?.name
  if (offer !== undefined) return offer
  return usageType === '' || PLAIN_USAGE.has(usageType) ? undefined : `of usage type ${usageType}`
}
