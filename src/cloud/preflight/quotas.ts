import type { Problem } from '../../core/errors.ts'
import type { Cloud } from '../cloud.ts'
import type { QuotaNeed } from '../deployer.ts'

/** Quotas that are too small for the largest need of them: candidates may be deployed one after the other. */
export async function shortQuotas(cloud: Cloud, needs: readonly QuotaNeed[]): Promise<readonly Problem[]> {
  const quotasOf = onceEach((region: string) => quotasOfRegion(cloud, region))
  const problems = await Promise.all(largest(needs).map((need) => short(cloud, need, quotasOf)))
  return problems.flat()
}

function largest(needs: readonly QuotaNeed[]): QuotaNeed[] {
  const by = new Map<string, QuotaNeed>()
  for (const need of needs) {
    const key = `${need.of} ${nameOf(need)} ${need.region}`
    const known = by.get(key)
    if (!known || known.amount < need.amount) by.set(key, need)
  }
  return [...by.values()]
}

function nameOf(need: QuotaNeed): string {
  return need.of === 'compute' ? need.metric : `${need.service} ${need.quotaId}`
}

type QuotasOf = (region: string) => Promise<readonly RegionQuota[]>

/** The answer of the first time, to all who ask for the same. */
function onceEach<T>(look: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (key) => {
    const answer = known.get(key) ?? look(key)
    known.set(key, answer)
    return answer
  }
}

async function short(cloud: Cloud, need: QuotaNeed, quotasOf: QuotasOf): Promise<Problem[]> {
  const free = need.of === 'compute' ? await freeOfRegion(need, quotasOf) : await limitOfService(cloud, need)
  if (free === undefined || free >= need.amount) return []
  return [
    {
      message: `quota ${nameOf(need)} in ${need.region} has ${free} left; ${need.amount} are needed`,
      hint: `ask for more at https://console.cloud.google.com/iam-admin/quotas?project=${cloud.project}, or lower deploy.maxReplicas`,
    },
  ]
}

/** Undefined where the region has no quota of the name: then none limits it. */
async function freeOfRegion(
  { metric, region }: Extract<QuotaNeed, { of: 'compute' }>,
  quotasOf: QuotasOf,
): Promise<number | undefined> {
  const quota = (await quotasOf(region)).find((each) => each.metric === metric)
  return quota && (quota.limit ?? 0) - (quota.usage ?? 0)
}

interface RegionQuota {
  readonly metric?: string
  readonly limit?: number
  readonly usage?: number
}

async function quotasOfRegion(cloud: Cloud, region: string): Promise<readonly RegionQuota[]> {
  const path = `/compute/v1/projects/${cloud.project}/regions/${region}`
  const reply = await cloud.rest('compute', { method: 'GET', path, region })
  return (reply as { quotas?: readonly RegionQuota[] }).quotas ?? []
}

/** The limit of the region; the API knows no usage. */
async function limitOfService(
  cloud: Cloud,
  { service, quotaId, region }: Extract<QuotaNeed, { of: 'service' }>,
): Promise<number | undefined> {
  const path = `/v1/projects/${cloud.project}/locations/global/services/${service}/quotaInfos/${quotaId}`
  const reply = (await cloud.rest('cloudquotas', { method: 'GET', path })) as {
    dimensionsInfos?: readonly {
      dimensions?: Readonly<Record<string, string>>
      applicableLocations?: readonly string[]
      details?: { value?: string }
    }[]
  }
  const infos = reply.dimensionsInfos ?? []
  const info =
    infos.find(({ dimensions }) => dimensions?.region === region) ??
    infos.find(
      ({ applicableLocations, dimensions }) => !dimensions?.region && applicableLocations?.includes(region),
    )
  const value = Number(info?.details?.value ?? Number.NaN)
  if (Number.isNaN(value)) return undefined
  return value === -1 ? undefined : value
}
