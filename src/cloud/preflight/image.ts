import type { Problem } from '../../core/errors.ts'
import { failureOf } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import type { Requirements } from '../deployer.ts'

/** `<location>-docker.pkg.dev/<project>/<repository>/<image>[:tag | @digest]`. */
const ARTIFACT =
  /^(?<location>[a-z0-9-]+)-docker\.pkg\.dev\/(?<project>[^/]+)\/(?<repository>[^/]+)\/(?<image>[^:@]+)(?::(?<tag>[\w.-]+))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/

/** What is wrong with an image; one outside Artifact Registry cannot be looked at, and passes. */
export async function missingImage(
  cloud: Cloud,
  { uri, region }: NonNullable<Requirements['image']>,
): Promise<readonly Problem[]> {
  const match = ARTIFACT.exec(uri)?.groups
  if (!match) return []
  const { location = '', project, repository, image = '', tag = 'latest', digest } = match
  const wrongRegion = region !== undefined && location !== region
  const far: Problem[] = wrongRegion
    ? [
        {
          message: `image ${uri} is in ${location}; the platform takes images of ${region} only`,
          hint: `push it to ${region}-docker.pkg.dev, and name it with image on that candidate`,
        },
      ]
    : []
  const parent = `/v1/projects/${project}/locations/${location}/repositories/${repository}`
  const name = encodeURIComponent(image)
  const path = digest ? `${parent}/dockerImages/${name}@${digest}` : `${parent}/packages/${name}/tags/${tag}`
  try {
    await cloud.rest('artifactregistry', { method: 'GET', path })
    return far
  } catch (error) {
    if (failureOf(error) !== 'not-found') throw error
    const hint = 'plimsoll package writes a Dockerfile; build it and push it there'
    return [...far, { message: `image ${uri} does not exist`, hint }]
  }
}
