import { DERIVED_SPREAD } from '../advise/price-spread.ts'
import { provisioningMs } from '../capacity/start-up.ts'
import type { Assumption, Verdict } from '../core/advice.ts'
import type { HostFacts, ProfileSetting } from '../core/measurement.ts'
import type { Mix } from '../core/mix.ts'
import { PROVISIONINGS, type Provisioning, toRange } from '../core/operation.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'
import { formatMs, formatRatio } from '../core/units.ts'
import { PLATFORMS, platformOf } from '../platforms/index.ts'

const SERVER_ASSUMPTIONS: readonly Assumption[] = [
  {
    name: 'Server',
    value: "Plimsoll's own, one process per vCPU (or per `threads` of them), as measured here",
    source: 'another server parses and replies faster or slower; measure it with url',
    setBy: 'threads, url',
  },
  {
    name: 'Hyper-threads',
    value: 'a vCPU gains up to 53% while its neighbour on the core is idle; taken as 24% (0 to 53%)',
    source: 'CoreMark of n1-standard-1 against n1-standard-2, 2024-06',
  },
  {
    name: 'Errors of modelled candidates',
    value: 'those that queue too long or find no instance; what a server gets wrong is not predicted',
    source: 'nothing predicts it; measure with url',
  },
]

/** Round trip beyond which the client is not in the region, ms: within one it is about 1. */
const FAR_MS = 10

/** p95 over p50 of the local service time beyond which it says more of the machine than of the model. */
const MOST_SPREAD = 1.8

/** What the advice takes for granted, and where each of it can be set. */
export function listAssumptions(
  { scenario, profile, trials }: RunRecord,
  mix: Mix | null = null,
): Assumption[] {
  const host: HostFacts | null = profile?.host ?? null
  const measured = new Set(
    trials.flatMap(({ status, candidate }) => (status === 'measured' ? [candidate] : [])),
  )
  const used = new Set(scenario.candidates.map(({ platform }) => platform))
  const platforms = Object.values(PLATFORMS).filter(({ id }) => used.has(id))
  const modelled = scenario.candidates.some(({ url, name }) => url === undefined && !measured.has(name))
  return [
    ...(modelled
      ? [
          ...profileAssumption(profile),
          networkAssumption(scenario),
          speedAssumption(scenario, host),
          ...SERVER_ASSUMPTIONS,
        ]
      : []),
    {
      name: 'Replicas are added at a utilisation of',
      value: formatRatio(scenario.assumptions.targetUtilization),
      source: 'default of Vertex AI, Cloud Run and managed instance groups, 2026-08',
      setBy: 'assumptions.targetUtilization',
    },
    ...startUpAssumptions(scenario),
    {
      name: 'Arrivals',
      value: 'Poisson at the rate of the moment; the SLO is held against all requests of the month',
      source: 'choice of this version',
      setBy: 'traffic',
    },
    {
      name: 'Requests',
      value:
        'each goes to the replica with the fewest, and those of fixed VMs take turns; clients give up after ' +
        formatMs(scenario.load.timeoutMs),
      source: 'routing is not published by Vertex AI or Cloud Run',
      setBy: 'load.timeout',
    },
    {
      name: 'Clients',
      value: 'in the same region: no internet egress is billed',
      source: 'choice of this version',
    },
    {
      name: 'Prices that are estimated',
      value: `${formatRatio(DERIVED_SPREAD)} either way; the bills say which`,
      source:
        "choice of this tool: Vertex AI's premium is 15.0% and 15.3% where it could be checked, 2025-08 and 2026-09",
    },
    { name: 'Month', value: '730 h, list prices in USD before tax', source: 'Google Cloud pricing pages' },
    ...platforms.flatMap(({ assumptions }) => assumptions),
    ...(mix ? [splitAssumption(mix)] : []),
  ]
}

/**
 * How requests get to the parts of a mix. Serverless backends take no rate limits, only weights, so nothing documented
 * sends them what comes above a rate by itself.
 */
function splitAssumption({ splitBy }: Mix): Assumption {
  const value =
    'each request goes to base or burst by chance, so that the base gets what comes up to its rate'
  if (splitBy === 'clients')
    return {
      name: 'A mix is split by its clients',
      value: `${value}; that costs nothing, and what runs ahead of it for a moment is not simulated`,
      source: 'choice of this tool: fixed VMs and Vertex AI endpoints stand behind no load balancer here',
    }
  return {
    name: 'A mix is split by a load balancer',
    value: `${value}: its weights are set as the rate changes; it carries the requests of both`,
    source:
      'weights between backend services: Compute Engine API, WeightedBackendService; serverless backends: Cloud Load Balancing docs, serverless network endpoint groups; weights are fixed until they are set again',
  }
}

/** What a reader should know before acting on the advice. */
export function listWarnings(record: RunRecord, verdicts: readonly Verdict[]): string[] {
  const untested = verdicts.filter(({ outcome }) => outcome === 'untested').length
  const unpriced = verdicts.filter(({ outcome }) => outcome === 'unpriced').length
  const settings = record.profile?.settings ?? []
  const invalid = settings.filter(({ measurement }) => !measurement.valid)
  return [
    ...(record.finishedAt === null
      ? ['the run was interrupted: candidates without a trial are untested']
      : []),
    ...(untested > 0 ? [`${count(untested, 'candidate')} untested: a cheaper one may be among them`] : []),
    ...(unpriced > 0
      ? [`${count(unpriced, 'candidate')} without a price: a cheaper one may be among them`]
      : []),
    ...deploymentWarnings(record),
    ...noisy(settings),
    ...slowerWithMore(settings),
    ...invalid.map(({ threads, measurement }) => {
      return `the profile with ${count(threads, 'thread')} is invalid: ${measurement.invalidReasons.join('; ')}`
    }),
  ]
}

/** Of what is left and costs money, and of deployments that are far from this machine. */
function deploymentWarnings({ cloud }: RunRecord): string[] {
  return (cloud?.deployments ?? []).flatMap(({ candidate, left, roundTripMs }) => [
    ...left.map(({ name, why, usdPerDay: { low, high } }) => {
      const cost = low === high ? `$${low}` : `$${low} to $${high}`
      return `NOT DELETED: ${name}, which costs ${cost} a day: ${why}; plimsoll clean deletes it`
    }),
    ...(roundTripMs !== null && roundTripMs > FAR_MS
      ? [
          `this machine is ${formatMs(roundTripMs)} away from ${candidate}, and its response times include that: load it from its region`,
        ]
      : []),
  ])
}

/** A model takes about as long every time: what does not was kept waiting by other programs on this machine. */
function noisy(settings: readonly ProfileSetting[]): string[] {
  return settings.flatMap(({ threads, measurement: { serviceMs } }) => {
    const ratio = serviceMs.p95 / serviceMs.p50
    if (!(ratio > MOST_SPREAD)) return []
    const with_ = `with ${count(threads, 'thread')}`
    return [
      `this machine was busy while it measured (${with_} p95 is ${ratio.toFixed(1)} times p50): predictions are too pessimistic; run again when idle`,
    ]
  })
}

/** More threads that take longer: a busy machine, as a rule, and then all its figures are too high. */
function slowerWithMore(settings: readonly ProfileSetting[]): string[] {
  return settings.slice(1).flatMap(({ threads, measurement }, index) => {
    const fewer = settings[index]
    if (!fewer || measurement.serviceMs.p50 <= fewer.measurement.serviceMs.p50 * 1.15) return []
    const [more, less] = [measurement, fewer.measurement].map(({ serviceMs }) => formatMs(serviceMs.p50))
    return [
      `${threads} threads took ${more} and ${fewer.threads} took ${less}: was this machine busy? Run again when idle`,
    ]
  })
}

const PROVISIONED: Readonly<Record<Provisioning, { what: string; source: string }>> = {
  container: { what: 'a container', source: 'community measurements, 2021 to 2024; none is official' },
  gpuContainer: { what: 'a container with a GPU', source: 'Google (5 s for the driver), 2024; users, 20 s' },
  vertexNode: {
    what: 'a Vertex AI node',
    source: 'docs say 5 min of batch prediction, 2026-08; deployments take 10 to 15 min',
  },
  vm: { what: 'a VM', source: 'community measurements of the boot, 2017 and 2018' },
  gpuVm: {
    what: 'a VM with a GPU',
    source: 'community reports, 2019 to 2022; less with the driver in the image',
  },
}

/** Of what the candidates start, how long it takes until the server starts in it. */
function startUpAssumptions({ candidates, assumptions }: Scenario): Assumption[] {
  const scalings = candidates.map((candidate) => platformOf(candidate).scaling(candidate, assumptions))
  const started = scalings.filter(({ controller }) => controller.kind !== 'fixed')
  const kinds = new Set(started.map(({ provisioning }) => provisioning))
  return PROVISIONINGS.filter((kind) => kinds.has(kind)).map((kind) => {
    const { low, value, high } = toRange(provisioningMs(kind, assumptions))
    return {
      name: `Start of ${PROVISIONED[kind].what}, before the server starts`,
      value: `${formatMs(value)} (${formatMs(low)} to ${formatMs(high)})`,
      source: assumptions.startUpMs?.[kind] === undefined ? PROVISIONED[kind].source : 'the scenario',
      setBy: `assumptions.startUp.${kind}`,
    }
  })
}

function networkAssumption({ assumptions }: Scenario): Assumption {
  const { low, value, high } = assumptions.networkMs
  return {
    name: 'Network and front end add to each response',
    value: low === high ? formatMs(value) : `${formatMs(value)} (${formatMs(low)} to ${formatMs(high)})`,
    source: low === high ? 'the scenario' : 'not published',
    setBy: 'assumptions.network',
  }
}

function profileAssumption(profile: RunRecord['profile']): Assumption[] {
  if (!profile?.source) return []
  const { file, startedAt } = profile.source
  return [
    {
      name: 'Service times',
      value: `those of ${file}, timed on ${profile.host.cpuModel}`,
      source: `plimsoll profile, ${startedAt.slice(0, 10)}`,
      setBy: '--profile',
    },
  ]
}

function speedAssumption({ assumptions }: Scenario, host: HostFacts | null): Assumption {
  const factor = assumptions.n1VcpuPerLocalCore
  const cpu = host?.microarchitecture ?? `${host?.cpuModel ?? 'this machine'}, which is not in the table`
  return {
    name: 'Speed of other hardware',
    value:
      factor === undefined
        ? `CoreMark and vector width of each series against ${cpu}`
        : `an N1 vCPU is ${factor} of a core here`,
    source:
      'CoreMark for Compute Engine, 2024-06; for GPUs a roofline fitted to published times, 2020 to 2023',
    setBy: 'assumptions.n1VcpuPerLocalCore',
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
