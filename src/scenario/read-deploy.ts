import { isIPv4 } from 'node:net'
import type { z } from 'zod'
import { parseEndpointText } from '../core/api-endpoint.ts'
import type { ApiId, DeploySettings, VariantPlace } from '../core/deploy-settings.ts'
import type { DEPLOY_SCHEMA } from './deploy-definition.ts'
import { didYouMean } from './explain-issue.ts'
import type { Report } from './read-traffic.ts'
import type { Path } from './source.ts'

type RawDeploy = z.output<typeof DEPLOY_SCHEMA>

/** Fills in a `deploy:` block, and reports what is wrong with its fields. @param variants names of the scenario's */
export function readDeploy(raw: RawDeploy, variants: readonly string[], report: Report): DeploySettings {
  checkNames(raw, report)
  for (const [name, place] of Object.entries(raw.variants ?? {})) checkVariant(name, place, variants, report)
  checkRanges(raw.clientRanges ?? [], report)
  const { project, image, serviceAccount, modelUri, port, predictPath, healthPath, parallel } = raw
  return {
    project,
    ...(image !== undefined && { image }),
    ...(serviceAccount !== undefined && { serviceAccount }),
    ...(modelUri !== undefined && { modelUri }),
    ...(raw.variants !== undefined && { variants: withoutAbsent(raw.variants) }),
    ...(raw.network !== undefined && { network: raw.network }),
    ...(raw.subnetwork !== undefined && { subnetwork: raw.subnetwork }),
    ...(raw.clientRanges !== undefined && { clientRanges: raw.clientRanges }),
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

function checkNames(raw: RawDeploy, report: Report): void {
  const { project, predictPath, healthPath } = raw
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)) {
    const hint = '6 to 30 lowercase letters, digits and dashes; gcloud projects list shows them'
    report(['deploy', 'project'], `"${project}" is not the id of a project`, hint)
  }
  checkPlace(placeOf(raw), ['deploy'], report)
  for (const [field, path] of Object.entries({ predictPath, healthPath })) {
    if (!path.startsWith('/')) report(['deploy', field], `"${path}" is not a path`, 'write it like /predict')
  }
}

function checkPlace({ image, modelUri }: VariantPlace, path: Path, report: Report): void {
  if (modelUri !== undefined && !/^gs:\/\/[a-z0-9._-]+\/.+/.test(modelUri)) {
    const hint = 'write it like gs://bucket/model.onnx'
    report([...path, 'modelUri'], `"${modelUri}" is not in Cloud Storage`, hint)
  }
  if (image !== undefined && /\s|^https?:/.test(image)) {
    const hint = 'write it like region-docker.pkg.dev/project/repository/image:tag'
    report([...path, 'image'], `"${image}" is not an image`, hint)
  }
}

type RawVariant = NonNullable<RawDeploy['variants']>[string]

function checkVariant(name: string, raw: RawVariant, variants: readonly string[], report: Report): void {
  const path = ['deploy', 'variants', name]
  const place = placeOf(raw)
  checkPlace(place, path, report)
  if (Object.keys(place).length === 0)
    report(path, `nothing says where ${name} is`, 'give it an image, or for functions a modelUri')
  if (name === 'fp32')
    report(path, 'fp32 is the model as it is', 'its place is deploy.image, deploy.modelUri')
  else if (!variants.includes(name)) {
    const others = variants.filter((each) => each !== 'fp32')
    const hint = others.length === 0 ? 'list it in model.variants' : `there are ${others.join(', ')}`
    report(path, `the model has no variant ${name}`, didYouMean(name, others) ?? hint)
  }
}

function withoutAbsent(raw: Readonly<Record<string, RawVariant>>): Record<string, VariantPlace> {
  return Object.fromEntries(Object.entries(raw).map(([name, place]) => [name, placeOf(place)]))
}

function placeOf({ image, modelUri }: Pick<RawVariant, 'image' | 'modelUri'>): VariantPlace {
  return { ...(image !== undefined && { image }), ...(modelUri !== undefined && { modelUri }) }
}

function checkRanges(ranges: readonly string[], report: Report): void {
  for (const [index, range] of ranges.entries()) {
    const [address = '', bits = '', ...more] = range.split('/')
    const sound = isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && more.length === 0
    if (sound) continue
    report(
      ['deploy', 'clientRanges', index],
      `"${range}" is not a range of addresses`,
      'write it like 203.0.113.7/32',
    )
  }
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
