import type { Candidate } from '../../core/candidate.ts'
import type { DeploySettings } from '../../core/deploy-settings.ts'
import { serverRoutes } from '../../serving/other-servers.ts'

/**
 * What a candidate is deployed with. Undefined where nothing says where its variant is: a function takes a file, all
 * else an image, since an image of the model as it is would serve that.
 */
export function candidateSettings(
  candidate: Candidate,
  settings: DeploySettings,
): DeploySettings | undefined {
  const { variant, platform, image = settings.image } = candidate
  if (variant === undefined)
    return withRoutes(candidate, { ...settings, ...(image !== undefined && { image }) })
  const place = settings.variants?.[variant]
  const there = platform === 'functions' ? place?.modelUri : place?.image
  if (there === undefined) return undefined
  const { image: _, modelUri: __, ...others } = settings
  return withRoutes(candidate, { ...others, ...place })
}

/** Another server in the image has routes and a port of its own. */
function withRoutes({ server }: Candidate, settings: DeploySettings): DeploySettings {
  if (!server) return settings
  const { predict, health, port } = serverRoutes(server)
  return { ...settings, port, predictPath: predict, healthPath: health }
}
