import { z } from 'zod'
import { API_IDS, DEPLOY_DEFAULTS } from '../core/deploy-settings.ts'
import { count, duration, text } from './fields.ts'

const endpoints = z
  .strictObject(
    Object.fromEntries(
      API_IDS.map((api) => [
        api,
        text(`Where ${api}.googleapis.com is reached instead: host[:port], {region} filled in.`, [
          `${api}-myendpoint.p.googleapis.com`,
        ]).optional(),
      ]),
    ),
  )
  .meta({ description: "Private endpoints of Google's APIs, where they are not reached at their own hosts." })

const IMAGE = ['us-central1-docker.pkg.dev/my-project/plimsoll/model:1']

const variantPlace = z.strictObject({
  image: text('Image that serves this variant.', [
    'us-central1-docker.pkg.dev/my-project/plimsoll/model:int8',
  ]).optional(),
  modelUri: text('This variant in Cloud Storage, for Functions and for images that load it at start.', [
    'gs://my-bucket/model.int8.onnx',
  ]).optional(),
})

/** The `deploy:` block: how candidates are deployed by `plimsoll run --max-spend`. */
export const DEPLOY_SCHEMA = z
  .strictObject({
    project: text('Id of the project that is billed.', ['my-project']),
    image: text('Image of candidates that name none, in Artifact Registry.', IMAGE).optional(),
    serviceAccount: text('E-mail of the service account that deployments run as.', [
      'server@my-project.iam.gserviceaccount.com',
    ]).optional(),
    modelUri: text('The model in Cloud Storage, for Functions and for images that load it at start.', [
      'gs://my-bucket/model.onnx',
    ]).optional(),
    variants: z
      .record(z.string(), variantPlace)
      .meta({
        description:
          'Where variants of the model are, by their names: one without an image (of functions, without a modelUri) stays modelled.',
      })
      .optional(),
    network: text('VPC network of Compute Engine VMs.', ['default']).optional(),
    subnetwork: text(
      'Subnetwork of Compute Engine VMs, where the network has none of its own in each region.',
      ['projects/my-project/regions/us-central1/subnetworks/models'],
    ).optional(),
    clientRanges: z
      .array(text('Address range.', ['203.0.113.7/32']))
      .min(1)
      .meta({
        description:
          'Who may reach a Compute Engine VM; this machine alone, by its address on the internet, if absent.',
      })
      .optional(),
    port: count('Port that the container serves at.', { most: 65_535 }).default(DEPLOY_DEFAULTS.port),
    predictPath: text('Path that the container predicts at.', ['/predict']).default(
      DEPLOY_DEFAULTS.predictPath,
    ),
    healthPath: text('Path that answers 200 once the container serves.', ['/health']).default(
      DEPLOY_DEFAULTS.healthPath,
    ),
    parallel: count('Candidates deployed at the same time; they are loaded one at a time.', {
      most: 20,
    }).default(DEPLOY_DEFAULTS.parallel),
    maxReplicas: count('Most replicas that a deployment may start while it is measured.', {
      most: 1000,
    }).default(DEPLOY_DEFAULTS.maxReplicas),
    expiry: duration('After this a deployment counts as forgotten, and plimsoll clean deletes it.').default(
      DEPLOY_DEFAULTS.expiryMs,
    ),
    readyTimeout: duration('Longest that a deployment may take until it answers.').default(
      DEPLOY_DEFAULTS.readyTimeoutMs,
    ),
    callTimeout: duration('Longest that one call of an API may take.').default(DEPLOY_DEFAULTS.callTimeoutMs),
    poll: duration('Time between two looks at what is under way, and at the spend.').default(
      DEPLOY_DEFAULTS.pollMs,
    ),
    endpoints: endpoints.prefault({}),
  })
  .meta({ description: 'Lets plimsoll run --max-spend deploy the candidates, load them and delete them.' })

/** Fields of a candidate that say how it is deployed, or how a deployment that runs lets requests in. */
export const DEPLOYED = {
  image: text('Container image of this candidate; that of deploy if absent.', IMAGE).optional(),
  auth: z
    .literal(['none', 'idToken', 'accessToken'])
    .meta({ description: 'Token of your Google credentials that url takes, refreshed while it is loaded.' })
    .optional(),
  audience: text('Audience of the ID token; the origin of url if absent.', [
    'https://model-abc-uc.a.run.app',
  ]).optional(),
  apiKeyEnv: text('Environment variable with the API key for url.', ['PREDICT_API_KEY']).optional(),
  header: text('Header that lets requests in; its value comes from headerEnv or headerCommand.', [
    'x-api-key',
  ]).optional(),
  headerEnv: text('Environment variable with the value of header.', ['PREDICT_KEY']).optional(),
  headerCommand: text('Command whose first line of output is the value of header; run again each minute.', [
    'vault read -field=key secret/predict',
  ]).optional(),
}
