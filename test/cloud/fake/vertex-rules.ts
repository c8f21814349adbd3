import { status } from '@grpc/grpc-js'
import { FakeError } from './fault.ts'
import type { Message } from './grpc-services.ts'

/** Rules of Vertex AI that a client may break, as the API's own comments and documentation have them (2026-08). */

const MACHINES =
  /^(e2-(standard|highmem|highcpu)|n1-(standard|highmem|highcpu)|n2d?-|c2d?-|c3-highcpu|g2-standard|a2-|a3-|g4-|a4-)/
const GPU_MACHINES: Readonly<Record<string, RegExp>> = {
  NVIDIA_L4: /^g2-/,
  NVIDIA_TESLA_T4: /^n1-/,
  NVIDIA_TESLA_P4: /^n1-/,
  NVIDIA_TESLA_V100: /^n1-/,
  NVIDIA_TESLA_A100: /^a2-highgpu/,
  NVIDIA_A100_80GB: /^a2-ultragpu/,
  NVIDIA_H100_80GB: /^a3-/,
}

export function checkModel(modelId: string, model: Message, imageExists: (uri: string) => boolean): void {
  if (!/^[a-z_][a-z0-9_-]{0,62}$/.test(modelId)) throw invalid(`Invalid model_id: ${modelId}`)
  const { containerSpec, artifactUri, displayName } = model
  if (!displayName) throw invalid('Model display_name is required.')
  if (!containerSpec?.imageUri) throw invalid('Model container_spec.image_uri is required.')
  const { imageUri } = containerSpec
  if (!/^[a-z0-9-]+-docker\.pkg\.dev\/|^([a-z]+\.)?gcr\.io\//.test(imageUri))
    throw invalid(`Invalid image URI: ${imageUri}. It must be in Artifact Registry or Container Registry.`)
  if (!imageExists(imageUri)) throw invalid(`Image ${imageUri} not found.`)
  for (const route of [containerSpec.predictRoute, containerSpec.healthRoute])
    if (route && !String(route).startsWith('/')) throw invalid(`Route ${route} must start with "/".`)
  if (artifactUri && (!/^gs:\/\/[^/]+/.test(artifactUri) || artifactUri.endsWith('.onnx')))
    throw invalid(`artifact_uri ${artifactUri} must be a Cloud Storage directory.`)
  if (Number(containerSpec.deploymentTimeout?.seconds ?? 0) > 7200)
    throw invalid('Deployment timeout must be at most 2 hours.')
}

export function checkEndpointId(id: string): void {
  if (!/^([a-z]([a-z0-9-]{0,61}[a-z0-9])?|[1-9]\d{0,8})$/.test(id))
    throw invalid(`Invalid endpoint_id: ${id}`)
}

export function checkDeployedModel({ id, dedicatedResources }: Message, trafficSplit: Message = {}): void {
  if (!/^\d{1,10}$/.test(id)) throw invalid(`Invalid deployed model id: ${id}`)
  const {
    machineSpec,
    minReplicaCount = 0,
    maxReplicaCount = 0,
    autoscalingMetricSpecs = [],
  } = dedicatedResources ?? {}
  const { machineType = '', acceleratorType, acceleratorCount = 0 } = machineSpec ?? {}
  if (!MACHINES.test(machineType)) throw invalid(`Machine type "${machineType}" is not supported.`)
  if (minReplicaCount < 1) throw invalid('Min replica count must be at least 1.')
  if (maxReplicaCount !== 0 && maxReplicaCount < minReplicaCount)
    throw invalid('Max replica count must not be smaller than min replica count.')
  if (machineType.startsWith('g2-') && acceleratorType !== 'NVIDIA_L4')
    throw invalid(`Machine type ${machineType} requires accelerator NVIDIA_L4.`)
  if (acceleratorCount > 0 && !GPU_MACHINES[acceleratorType]?.test(machineType))
    throw invalid(`Accelerator ${acceleratorType} cannot be attached to ${machineType}.`)
  checkMetrics(autoscalingMetricSpecs)
  const shares = Object.values(trafficSplit).map(Number)
  if (shares.length > 0 && shares.reduce((sum, each) => sum + each, 0) !== 100)
    throw invalid('The traffic split must add up to 100.')
}

function checkMetrics(specs: readonly Message[]): void {
  const known =
    /^aiplatform\.googleapis\.com\/prediction\/online\/(accelerator\/duty_cycle|cpu\/utilization|request_count)$/
  for (const { metricName, target = 60 } of specs) {
    if (!known.test(metricName)) throw invalid(`Unknown metric ${metricName}.`)
    if (target < 1 || target > 100) throw invalid(`Target of ${metricName} must be from 1 to 100.`)
  }
}

export function checkLabels(labels: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(labels))
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value))
      throw invalid(`Label ${key}: ${value} is not valid.`)
}

function invalid(message: string): FakeError {
  return new FakeError(status.INVALID_ARGUMENT, message)
}
