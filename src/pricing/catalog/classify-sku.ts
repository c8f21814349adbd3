import type { Purchase } from '../../core/bill.ts'
import type { Refusal, RefusalKind } from './catalog-sku.ts'
import { COMPUTE_RULES } from './compute-rules.ts'
import { DISK_RULES } from './disk-rules.ts'
import { otherOffer } from './exclusions.ts'
import { NETWORK_RULES, STORAGE_RULES } from './network-rules.ts'
import type { SkuLabel } from './read-sku.ts'
import type { Rule, Subject } from './rule.ts'
import { CLOUD_RUN_RULES, FUNCTIONS_RULES } from './serverless-rules.ts'
import type { ServiceKey } from './services.ts'
import { VERTEX_RULES } from './vertex-rules.ts'

const RULES: Readonly<Record<ServiceKey, readonly Rule[]>> = {
  'compute-engine': [...COMPUTE_RULES, ...DISK_RULES, ...NETWORK_RULES],
  'cloud-run': CLOUD_RUN_RULES,
  functions: FUNCTIONS_RULES,
  vertex: VERTEX_RULES,
  networking: NETWORK_RULES,
  storage: STORAGE_RULES,
}

/** Purchases by the catalogue's word for them. */
const PURCHASE_OF: Readonly<Record<string, Purchase>> = {
  OnDemand: 'on-demand',
  Preemptible: 'spot',
  Commit1Yr: 'commit-1yr',
  Commit3Yr: 'commit-3yr',
}

export function purchaseOf(usageType: string): Purchase | undefined {
  return PURCHASE_OF[usageType]
}

/** Families of SKUs among which offers that are not plain prices are worth naming. */
const NAMED_FAMILIES: ReadonlySet<string> = new Set(['Compute', 'ApplicationServices', ''])

/**
 * What a SKU is the price of, by its texts alone: exclusions first, then the one pattern that it fits.
 *
 * @returns undefined for the many that no pattern fits: licences, snapshots, jobs
 */
export function classifySku(label: SkuLabel): Subject | Refusal | undefined {
  const offer = otherOffer(label.description, label.usageType)
  if (offer !== undefined) {
    return NAMED_FAMILIES.has(label.family) ? refuse(label, 'other offer', offer) : undefined
  }
  for (const rule of RULES[label.service]) {
    const match = rule.text.exec(label.description)
    if (match)
      return judge(
        label,
        rule,
        rule.subject((name) => match.groups?.[name] ?? ''),
      )
  }
  return undefined
}

/** Holds the category and the usage type against what the text says. */
function judge(label: SkuLabel, { family, groups }: Rule, subject: Subject): Subject | Refusal {
  const { family: is, group, usageType } = label
  if (family !== undefined && is !== family) {
    return refuse(
      label,
      'unusable',
      `it reads as ${subject.resource}, but its family is ${is || 'not named'}`,
    )
  }
  if (groups !== undefined && !groups.includes(group)) {
    return refuse(
      label,
      'unusable',
      `it reads as ${subject.resource}, but its group is ${group || 'not named'}`,
    )
  }
  if (purchaseOf(usageType) === subject.purchase) return subject
  const type = usageType === '' ? 'it names no usage type' : `its usage type is ${usageType}`
  return refuse(label, 'unusable', `its text says ${subject.purchase}, but ${type}`)
}

export function refuse(label: SkuLabel, kind: RefusalKind, reason: string): Refusal {
  return { skuIds: [label.id], description: label.description, kind, reason }
}

export function isRefusal(value: object): value is Refusal {
  return 'skuIds' in value
}
