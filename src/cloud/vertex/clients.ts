import type { EndpointServiceClient, ModelServiceClient } from '@google-cloud/aiplatform'
import type { ClientOptions, Cloud } from '../cloud.ts'

/** Vertex AI has a host, and so clients, in each region. */
export function endpointClient(cloud: Cloud, region: string): Promise<EndpointServiceClient> {
  const make = async (options: ClientOptions) => {
    const { EndpointServiceClient: Client } = await import('@google-cloud/aiplatform')
    return new Client(options)
  }
  return cloud.client('aiplatform', region, make, 'endpoints')
}

export function modelClient(cloud: Cloud, region: string): Promise<ModelServiceClient> {
  const make = async (options: ClientOptions) => {
    const { ModelServiceClient: Client } = await import('@google-cloud/aiplatform')
    return new Client(options)
  }
  return cloud.client('aiplatform', region, make, 'models')
}
