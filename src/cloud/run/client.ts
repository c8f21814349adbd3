import type { ServicesClient } from '@google-cloud/run'
import type { Cloud } from '../cloud.ts'

export function servicesClient(cloud: Cloud, region: string): Promise<ServicesClient> {
  return cloud.client('run', region, async (options) => {
    const { ServicesClient: Client } = await import('@google-cloud/run')
    return new Client(options)
  })
}
