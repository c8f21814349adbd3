import type { z } from 'zod'
import { parseEndpointText } from '../core/api-endpoint.ts'
import type { ApiId, DeploySettings } from '../core/deploy-settings.ts'
import type { DEPLOY_SCHEMA } from './deploy-definition.ts'
import type { Report } from './read-traffic.ts'

type RawDeploy = z.output<typeof DEPLOY_SCHEMA>

/** Fills in a `deploy:` block, and reports what is wrong with its fields. */
export function readDeploy(raw: RawDeploy, report: Report): DeploySettings {
  checkNames(raw, report)
  const { project, image, serviceAccount, modelUri, port, predictPath, healthPath, parallel } = raw
  return {
    project,
    ...(image !== undefined && { image }),
    ...(serviceAccount !== undefined && { serviceAccount }),
    ...(modelUri !== undefined && { modelUri }),
    port,
    predictPath,
    healthPath,
    parallel,
    maxReplicas: raw.maxReplicas,
    expiryMs: raw.expiry,
    readyTimeoutMs: raw.readyTimeout,
    callTimeoutMs: raw.callTimeout,
    pollMs: raw.poll,
    endpoints: readEndpoints(raw.endpoints, report),
  }
}

function checkNames({ project, modelUri, predictPath, healthPath, image }: RawDeploy, report: Report): void {
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)) {
    const hint = '6 to 30 lowercase letters, digits and dashes; gcloud projects list shows them'
    report(['deploy', 'project'], `"${project}" is not the id of a project`, hint)
  }
  if (modelUri !== undefined && !/^gs:\/\/[a-z0-9._-]+\/.+/.test(modelUri))
    report(
      ['deploy', 'modelUri'],
      `"${modelUri}" is not in Cloud Storage`,
      'write it like gs://bucket/model.onnx',
    )
  for (const [field, path] of Object.entries({ predictPath, healthPath })) {
    if (!path.startsWith('/')) report(['deploy', field], `"${path}" is not a path`, 'write it like /predict')
  }
  if (image !== undefined && /\s|^https?:/.test(image))
    report(
      ['deploy', 'image'],
      `"${image}" is not an image`,
      'write it like region-docker.pkg.dev/project/repository/image:tag',
    )
}

function readEndpoints(raw: RawDeploy['endpoints'], report: Report): DeploySettings['endpoints'] {
  const given = Object.entries(raw).filter((entry): entry is [ApiId, string] => entry[1] !== undefined)
  for (const [api, place] of given) {
    if (parseEndpointText(place)) continue
    const hint = 'host or host:port; http:// is for this machine only'
    report(['deploy', 'endpoints', api], `"${place}" is no place of an API`, hint)
  }
  return Object.fromEntries(given)
}
