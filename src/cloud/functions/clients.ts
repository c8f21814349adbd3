import type { v1, v2 } from '@google-cloud/functions'
import type { ClientOptions, Cloud } from '../cloud.ts'

/** One host serves all regions; a client for each generation's API. */
const ANYWHERE = 'global'

export function secondClient(cloud: Cloud): Promise<v2.FunctionServiceClient> {
  const make = async (options: ClientOptions) => {
    const { v2: api } = await import('@google-cloud/functions')
    return new api.FunctionServiceClient(options)
  }
  return cloud.client('functions', ANYWHERE, make, 'v2')
}

export function firstClient(cloud: Cloud): Promise<v1.CloudFunctionsServiceClient> {
  const make = async (options: ClientOptions) => {
    const { v1: api } = await import('@google-cloud/functions')
    return new api.CloudFunctionsServiceClient(options)
  }
  return cloud.client('functions', ANYWHERE, make, 'v1')
}
