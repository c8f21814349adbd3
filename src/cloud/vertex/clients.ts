import type { EndpointServiceClient, ModelServiceClient } from '@google-cloud/aiplatform'
import type { ClientOptions, Cloud } from '../cloud.ts'

// The package as a whole takes seconds to load, in which this process does nothing else: only what is used is loaded.

/** Vertex AI has a host, and so clients, in each region. */
export function endpointClient(cloud: Cloud, region: string): Promise<EndpointServiceClient> {
  const make = async (options: ClientOptions) => {
    const module = await import('@google-cloud/aiplatform/build/src/v1/endpoint_service_client.js')
    return new module.EndpointServiceClient(options)
  }
  return cloud.client('aiplatform', region, make, 'endpoints')
}

export function modelClient(cloud: Cloud, region: string): Promise<ModelServiceClient> {
  const make = async (options: ClientOptions) => {
    const module = await import('@google-cloud/aiplatform/build/src/v1/model_service_client.js')
    return new module.ModelServiceClient(options)
  }
  return cloud.client('aiplatform', region, make, 'models')
}
