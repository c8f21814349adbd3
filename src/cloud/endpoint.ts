import { type Place, parseEndpointText } from '../core/api-endpoint.ts'
import type { ApiId } from '../core/deploy-settings.ts'

/** Google's own hosts; Vertex AI has one in each region. */
function defaultHost(api: ApiId, region: string): string {
  return api === 'aiplatform' ? `${region}-aiplatform.googleapis.com` : `${api}.googleapis.com`
}

/** @param region fills in `{region}` of the endpoint, and the host of APIs that have one in each region */
export function placeOf(
  api: ApiId,
  region: string,
  endpoints: Readonly<Partial<Record<ApiId, string>>>,
): Place {
  const text = endpoints[api]?.replaceAll('{region}', region)
  const place = text === undefined ? undefined : parseEndpointText(text)
  return place ?? { host: defaultHost(api, region), port: 443, plain: false }
}
