import { parseEndpointText } from '../../core/api-endpoint.ts'
import type { Cloud } from '../cloud.ts'
import { placeOf } from '../endpoint.ts'
import type { Resource } from '../resource.ts'

/**
 * Where predictions are asked for. `rawPredict` passes bodies on as they are, so that what is measured is not their
 * conversion. Without TLS only where the API itself is reached so, and the host is this machine.
 *
 * @param host DNS name of a dedicated endpoint; the region's own host for a shared one
 */
export function predictUrl(
  cloud: Cloud,
  { name, region }: Pick<Resource, 'name' | 'region'>,
  host: string,
): string {
  const { plain } = placeOf('aiplatform', region, cloud.settings.endpoints)
  const scheme = plain && parseEndpointText(`http://${host}`) !== undefined ? 'http' : 'https'
  return `${scheme}://${host}/v1/${name}:rawPredict`
}
