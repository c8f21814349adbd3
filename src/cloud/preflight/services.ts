import type { Problem } from '../../core/errors.ts'
import type { Cloud } from '../cloud.ts'

/** Services one call asks about (Service Usage API, 2026-08). */
const MOST = 30

/** APIs that are not enabled in the project. */
export async function disabledServices(
  cloud: Cloud,
  services: readonly string[],
): Promise<readonly Problem[]> {
  const client = await cloud.client('serviceusage', 'global', async (options) => {
    const { ServiceUsageClient } = await import('@google-cloud/service-usage')
    return new ServiceUsageClient(options)
  })
  const parent = `projects/${cloud.project}`
  const names = services.slice(0, MOST).map((service) => `${parent}/services/${service}`)
  const [reply] = await client.batchGetServices({ parent, names }, cloud.callOptions)
  const enabled = new Set(
    (reply.services ?? [])
      .filter(({ state }) => state === 'ENABLED' || state === 2)
      .map(({ name }) => lastPart(name)),
  )
  return services
    .filter((service) => !enabled.has(service))
    .map((service) => ({
      message: `${service} is not enabled in ${cloud.project}`,
      hint: `gcloud services enable ${service} --project ${cloud.project}`,
    }))
}

function lastPart(name: string | null | undefined): string {
  return name?.split('/').at(-1) ?? ''
}
