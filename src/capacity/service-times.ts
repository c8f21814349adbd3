import { mean, median, sampleStandardDeviation } from 'simple-statistics'
import type { LocalProfile, Measurement, ProfileSetting } from '../core/measurement.ts'
import { type Estimate, inverse, type Provisioning, product, type Replica } from '../core/operation.ts'
import type { Assumptions, Range } from '../core/scenario.ts'
import { gpuInferenceMs } from './gpu-inference.ts'
import { cpuSpeedup, GPU_FLOOR_MS, gpuSpeedup } from './hardware.ts'
import { type Sharing, sharingOf } from './sharing.ts'
import { provisioningMs } from './start-up.ts'

/** How one replica serves, at one estimate of its speed. */
export interface ServiceTimes {
  /** Requests that it works on at a time. */
  readonly slots: number
  /** Share of its vCPUs that are at work when all slots are, over 0 to 1: what an autoscaler sees of a full replica. */
  readonly cpuShare: number
  /** Time that a request keeps a slot, one entry per measured request, ms. */
  readonly occupancyMs: Float64Array
  /** Time added outside the slot: by the network, the front end and, beside a GPU, the host, ms. */
  readonly networkMs: number
  /** How inferences disturb each other, and what batches take; absent, they do not, and there are none. */
  readonly sharing?: Sharing
  /** Time from the decision to start a replica until it serves, one entry per measured start of the server, ms. */
  readonly startUpMs: Float64Array
}

/**
 * Service times at `POINTS` places of the range, from the fastest that is believed to the slowest; the middle one is
 * the central estimate. Between its ends a candidate can do worse than at either, since replicas come in whole
 * numbers: so the range of an outcome is that of all its points.
 */
export type ServicePoints = readonly ServiceTimes[]

const POINTS = 7
/** The points' places on the log scale, from -1 (the fast end) to 1 (the slow one). */
const PLACES = Array.from({ length: POINTS }, (_, index) => (2 * index) / (POINTS - 1) - 1)

export function centralPoint<T>(points: readonly T[]): T {
  const middle = points[(points.length - 1) / 2]
  if (middle === undefined) throw new Error('a range has an odd number of points')
  return middle
}

/**
 * Predicts a replica's service times from what the model does on this machine.
 * @param maxBatch requests of a batch; where batches were not timed, as without any
 */
export function predictService(
  profile: LocalProfile,
  replica: Replica,
  threads: number,
  provisioning: Provisioning,
  assumptions: Assumptions,
  maxBatch = 1,
): ServicePoints {
  const share: Estimate = { value: 1 / Math.min(1, replica.vcpus), spread: 1 }
  const speedup = cpuSpeedup(replica.cpu, profile.host, assumptions.n1VcpuPerLocalCore, profile.arithmetic)
  const cpu = product(inverse(speedup), share)
  const usable = Math.max(1, Math.min(threads, Math.floor(replica.vcpus)))
  const gpu = replica.accelerator
  // A GPU's speed is a multiple of one core's, so it scales what one thread took.
  const { setting, scale } = atThreads(profile, gpu ? 1 : usable)
  const { measurement } = setting
  const model = gpu ? gpuScale(gpu.type, profile, measurement, assumptions) : product(cpu, scale)
  const floor: Estimate = gpu ? GPU_FLOOR_MS : { value: 0, spread: 1 }
  const slots = slotsOf(profile, replica, usable)
  const cpuShare = cpuShareOf(replica, slots, usable)
  const provisioned = provisioningMs(provisioning, assumptions)
  return PLACES.map((place) => {
    const parts = split(measurement, at(model, place), at(cpu, place), at(floor, place))
    const held = gpu ? parts.map((part) => heldOnGpu(part, slots / replica.vcpus)) : parts.map(total)
    const sharing =
      gpu || setting.threads !== usable ? undefined : sharingOf(setting, slots, maxBatch, hostShare(parts))
    const besideMs = mean(parts.map((part, index) => total(part) - (held[index] ?? 0)))
    return {
      slots,
      cpuShare,
      occupancyMs: Float64Array.from(held),
      networkMs: between(assumptions.networkMs, place) + besideMs,
      ...(sharing && { sharing }),
      startUpMs: Float64Array.from(
        profile.startUps,
        ({ totalMs }) => at(provisioned, place) + totalMs * at(cpu, place),
      ),
    }
  })
}

/**
 * What to multiply a time on this machine's core by, for a GPU: to the time that the model's own work takes there,
 * where the work is known, else by how ResNet-50 fares on both.
 */
function gpuScale(
  gpu: string,
  { host, model }: LocalProfile,
  { inferenceMs, samplesMs }: Measurement,
  { n1VcpuPerLocalCore }: Assumptions,
): Estimate {
  const there = model.work && gpuInferenceMs(gpu, model.work)
  if (!there) return inverse(gpuSpeedup(gpu, host, n1VcpuPerLocalCore))
  const hereMs = median([...(inferenceMs.length > 0 ? inferenceMs : samplesMs)])
  return product(there, { value: 1 / hereMs, spread: 1 })
}

/** One request's time in the model, and the rest of it (parsing, encoding), ms. */
interface Parts {
  readonly modelMs: number
  readonly hostMs: number
}

function hostShare(parts: readonly Parts[]): number {
  return mean(parts.map(({ hostMs }) => hostMs)) / mean(parts.map(total))
}

function total({ modelMs, hostMs }: Parts): number {
  return modelMs + hostMs
}

/** While a GPU works on one request, the vCPUs beside it parse others: the slower of the two stages sets the pace. */
function heldOnGpu({ modelMs, hostMs }: Parts, gpusPerVcpu: number): number {
  return Math.max(modelMs, hostMs * gpusPerVcpu)
}

/**
 * Service times of a deployment that was measured: from sending to the reply, network and waiting included, which is
 * an upper bound of what keeps a slot and is billed. Where its server says how long it was in the model, that is the
 * lower bound; where it says nothing, the interval of the mean is all that is known.
 */
export function measuredService(
  measurement: Measurement,
  replica: Replica,
  threads: number,
  provisioned: Estimate,
): ServicePoints {
  const parallel = replica.accelerator ? replica.accelerator.count : Math.floor(replica.vcpus / threads)
  const slots = Math.max(1, Math.min(parallel, replica.concurrency))
  const cpuShare = cpuShareOf(replica, slots, threads)
  const { inferenceMs, samplesMs } = measurement
  const error = relativeError(samplesMs)
  const least = inferenceMs.length > 0 ? inferenceMs : samplesMs.map((ms) => ms * (1 - error))
  return [least, samplesMs, samplesMs.map((ms) => ms * (1 + error))].map((times, index) => ({
    slots,
    cpuShare,
    occupancyMs: Float64Array.from(times),
    networkMs: 0,
    startUpMs: Float64Array.of(at(provisioned, index - 1)),
  }))
}

/** Half width of the 95% interval of the mean, relative to it. */
function relativeError(values: readonly number[]): number {
  if (values.length < 2) return 0.5
  return Math.min(
    0.5,
    (1.96 * sampleStandardDeviation([...values])) / Math.sqrt(values.length) / mean([...values]),
  )
}

function at({ value, spread }: Estimate, place: number): number {
  return value * spread ** place
}

/** From `low` at -1 over `value` at 0 to `high` at 1, straight between them. */
function between({ low, value, high }: Range, place: number): number {
  return place < 0 ? value + (value - low) * place : value + (high - value) * place
}

/** Beside a GPU that is the busiest, its own utilisation counts; a part of a vCPU is no further one. */
function cpuShareOf({ vcpus, accelerator }: Replica, slots: number, threads: number): number {
  return accelerator ? 1 : Math.min(1, (slots * threads) / Math.max(1, Math.floor(vcpus)))
}

/** Inferences at a time: by CPU or GPU, by what the platform lets in, and by what the memory holds. */
function slotsOf(profile: LocalProfile, replica: Replica, threads: number): number {
  const parallel = replica.accelerator ? replica.accelerator.count : Math.floor(replica.vcpus / threads)
  const inMemory = Math.floor((replica.memoryGib * 1024) / profile.peakRssMib)
  return Math.max(1, Math.min(parallel, replica.concurrency, inMemory))
}

/**
 * The setting to start from and what to multiply its time in the model by, for `threads` threads per inference.
 * Beyond what was measured, Amdahl's law with the parallel share that the measured settings show; no further gain
 * and a perfect one bound it.
 */
function atThreads(profile: LocalProfile, threads: number): { setting: ProfileSetting; scale: Estimate } {
  const settings = [...profile.settings].sort((a, b) => a.threads - b.threads)
  const base = settings.filter((setting) => setting.threads <= threads).at(-1) ?? settings[0]
  const single = settings[0]
  if (!base || !single) throw new Error('a profile has at least one setting')
  if (base.threads >= threads) return { setting: base, scale: { value: 1, spread: 1 } }
  const gained = base.measurement.serviceMs.p50 / single.measurement.serviceMs.p50
  const serial = (gained - 1 / base.threads) / (1 - 1 / base.threads)
  const share = base.threads === 1 ? 0.3 : Math.min(1, Math.max(0, serial))
  const amdahl = (share + (1 - share) / threads) / (share + (1 - share) / base.threads)
  const perfect = base.threads / threads
  const value = Math.min(1, Math.max(perfect, amdahl))
  return { setting: base, scale: { value, spread: Math.max(value / perfect, 1 / value) } }
}

/** Each measured request, its two parts scaled apart. */
function split(measurement: Measurement, model: number, host: number, floorMs: number): Parts[] {
  return measurement.samplesMs.map((serviceMs, index) => {
    const inferenceMs = Math.min(serviceMs, measurement.inferenceMs[index] ?? serviceMs)
    return { modelMs: Math.max(inferenceMs * model, floorMs), hostMs: (serviceMs - inferenceMs) * host }
  })
}
