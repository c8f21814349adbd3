import type { Accelerator } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { type Decimal, decimal } from '../../core/money.ts'
import { REGIONS } from '../../core/regions.ts'
import type { CloudRunItem, FunctionsItem, UsageItem } from '../../core/usage-item.ts'
import { checkMachine } from '../check-machine.ts'
import { closeTo, didYouMean } from '../explain-issue.ts'
import type { RawItem } from './definition.ts'

/** Reports a problem with a field of the item at hand. */
export type Report = (field: string, message: string, hint?: string) => void

type Raw<P extends RawItem['platform']> = Extract<RawItem, { platform: P }>

const NONE = decimal(0)

/**
 * Checks what does not depend on the rest of an item, so that it is reported also where another field is missing.
 * @param written the item as in the file: a field that is there but of the wrong kind is reported already
 */
export function checkPlaceAndMachine(
  written: Readonly<Record<string, unknown>>,
  defaultRegion: string | undefined,
  report: Report,
): void {
  const { region, machineType: machine } = written
  if (typeof region === 'string') checkRegion(region, report)
  else if (region === undefined && defaultRegion === undefined)
    report('region', 'is missing', 'give the item a region, or all of them one at the top')
  if (typeof machine === 'string') checkMachine(machine, report)
}

/** Fills in what a checked item leaves open, or reports what cannot be. Its region and machine are checked already. */
export function completeItem(
  raw: RawItem,
  written: Readonly<Record<string, unknown>>,
  defaultRegion: string | undefined,
  report: Report,
): UsageItem {
  return ofPlatform(raw, written, raw.region ?? defaultRegion ?? '', report)
}

/** A region that looks like one but is not known here is no mistake: the book has no price for it, and says so. */
export function checkRegion(region: string, fail: Report): void {
  if (REGIONS.includes(region)) return
  const close = closeTo(region, REGIONS, 2)
  const looksRight = /^[a-z]+-[a-z]+\d+$/.test(region)
  if (close === undefined && looksRight) return
  fail('region', `"${region}" is no region`, didYouMean(region, REGIONS) ?? 'write it like us-central1')
}

function ofPlatform(
  raw: RawItem,
  written: Readonly<Record<string, unknown>>,
  region: string,
  fail: Report,
): UsageItem {
  switch (raw.platform) {
    case 'cloud-run':
      return cloudRunItem(raw, written, region, fail)
    case 'functions':
      return functionsItem(raw, region, fail)
    case 'vertex': {
      const { accelerator, ...rest } = raw
      return { ...rest, region, ...machineGpu(accelerator, raw.machineType) }
    }
    case 'gce': {
      const { accelerator, ...rest } = raw
      const { diskGib = NONE, addresses = NONE } = raw
      return { ...rest, region, diskGib, addresses, ...machineGpu(accelerator, raw.machineType) }
    }
    case 'load-balancer': {
      const { inboundGib = NONE, outboundGib = NONE } = raw
      return { ...raw, region, inboundGib, outboundGib }
    }
    case 'storage': {
      const { retrievalGib = NONE, classAOperations = NONE, classBOperations = NONE, egressGib = NONE } = raw
      return { ...raw, region, retrievalGib, classAOperations, classBOperations, egressGib }
    }
    case 'disk':
      return { ...raw, region, iops: raw.iops ?? NONE }
    case 'network':
    case 'address':
      return { ...raw, region }
  }
}

/** The GPU asked for, else the one that the machine type comes with. */
function machineGpu(accelerator: Accelerator | undefined, name: string): { accelerator?: Accelerator } {
  const gpu = accelerator ?? machineType(name)?.accelerator
  return gpu ? { accelerator: gpu } : {}
}

const SECONDS = ['vcpuSeconds', 'gibSeconds', 'idleVcpuSeconds', 'idleGibSeconds', 'gpuSeconds'] as const
const SHAPE = ['vcpu', 'memoryGib'] as const
/** What goes with a shape, by how the instances are billed. */
const SHAPED = {
  'request-based': ['durationMs', 'concurrency', 'minInstances'],
  'instance-based': ['instances', 'hours'],
} as const
const OTHER_BILLING = { 'request-based': 'instance-based', 'instance-based': 'request-based' } as const

function cloudRunItem(
  raw: Raw<'cloud-run'>,
  written: Readonly<Record<string, unknown>>,
  region: string,
  fail: Report,
): CloudRunItem {
  const { platform, billing, purchase, gpuZonalRedundancy, egressGib = NONE, requests = NONE } = raw
  checkBilling(raw, written, fail)
  checkGpu(raw, written, fail)
  const shaped = [...SHAPE, ...SHAPED[billing]].some((field) => written[field] !== undefined)
  if (shaped) checkShape(raw, written, fail)
  else if (![...SECONDS, 'requests', 'egressGib'].some((field) => written[field] !== undefined)) {
    const hint =
      'give vcpuSeconds, gibSeconds and requests, or vcpu and memoryGib of an instance and what it did'
    fail('platform', 'the item says nothing that could be billed', hint)
  }
  const seconds = shaped ? shapedSeconds(raw) : writtenSeconds(raw)
  const gpu = raw.gpu === undefined ? {} : { gpu: raw.gpu }
  return { platform, region, billing, purchase, seconds, requests, gpuZonalRedundancy, egressGib, ...gpu }
}

/** Fields of the other way of billing. */
function checkBilling(
  { billing }: Raw<'cloud-run'>,
  written: Readonly<Record<string, unknown>>,
  fail: Report,
): void {
  const other = OTHER_BILLING[billing]
  const idle = ['idleVcpuSeconds', 'idleGibSeconds']
  const foreign = [...SHAPED[other], ...(billing === 'instance-based' ? idle : [])]
  for (const field of foreign) {
    if (written[field] !== undefined)
      fail(field, `${field} is for ${other} billing`, `write billing: ${other}, or leave it out`)
  }
}

function checkGpu(raw: Raw<'cloud-run'>, written: Readonly<Record<string, unknown>>, fail: Report): void {
  const asked = written.gpu !== undefined || written.gpuSeconds !== undefined
  if (asked && raw.billing === 'request-based')
    fail('billing', 'a GPU on Cloud Run needs instance-based billing', 'write billing: instance-based')
  if (written.gpu === undefined && written.gpuSeconds !== undefined)
    fail('gpu', 'is missing', 'name the GPU, e.g. nvidia-l4')
  const inSeconds = written.vcpuSeconds !== undefined || written.gibSeconds !== undefined
  if (written.gpu !== undefined && written.gpuSeconds === undefined && inSeconds)
    fail('gpuSeconds', 'is missing', 'the GPU is billed as long as its instance')
}

function checkShape(raw: Raw<'cloud-run'>, written: Readonly<Record<string, unknown>>, fail: Report): void {
  const { billing } = raw
  for (const field of SECONDS) {
    if (written[field] !== undefined)
      fail(field, `${field} goes with no vcpu or memoryGib`, 'give the seconds, or what they follow from')
  }
  const needed = billing === 'instance-based' ? [...SHAPE, 'hours'] : [...SHAPE]
  for (const field of needed)
    if (written[field] === undefined) fail(field, 'is missing', 'it is part of the shape of an instance')
  const served = written.requests !== undefined && raw.requests?.gt(0)
  if (billing === 'request-based' && served && written.durationMs === undefined)
    fail('durationMs', 'is missing', 'how long a request takes, in ms')
  if (billing === 'request-based' && !served && written.minInstances === undefined)
    fail('requests', 'is missing', 'how many requests the instances served')
}

function writtenSeconds(raw: Raw<'cloud-run'>): CloudRunItem['seconds'] {
  const { vcpuSeconds = NONE, gibSeconds = NONE, gpuSeconds = NONE } = raw
  const { idleVcpuSeconds = NONE, idleGibSeconds = NONE } = raw
  return { of: 'month', vcpuSeconds, gibSeconds, idleVcpuSeconds, idleGibSeconds, gpuSeconds }
}

function shapedSeconds(raw: Raw<'cloud-run'>): CloudRunItem['seconds'] {
  const { billing, vcpu: vcpus = NONE, memoryGib = NONE, durationMs = NONE, minInstances = NONE } = raw
  const one = decimal(1)
  if (billing === 'request-based')
    return { of: 'requests', vcpus, memoryGib, durationMs, minInstances, concurrency: raw.concurrency ?? one }
  const { instances = one, hours = NONE } = raw
  return { of: 'instances', vcpus, memoryGib, instances, hours }
}

function functionsItem(raw: Raw<'functions'>, region: string, fail: Report): FunctionsItem {
  const { memoryMb: memoryMib, minInstances = NONE, egressGib = NONE, vcpu, ...rest } = raw
  const concurrency: Decimal = raw.concurrency ?? decimal(1)
  if (raw.generation === 1) {
    if (vcpu !== undefined)
      fail('vcpu', 'vcpu is for generation 2', 'in the 1st generation CPU follows from memory')
    if (concurrency.gt(1))
      fail('concurrency', 'the 1st generation serves one request per instance', 'leave it out')
  }
  const vcpus = vcpu === undefined ? {} : { vcpus: vcpu }
  return { ...rest, region, memoryMib, minInstances, egressGib, concurrency, ...vcpus }
}
