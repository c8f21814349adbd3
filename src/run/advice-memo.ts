import { createHash } from 'node:crypto'
import type { Assessed } from '../advise/assessment.ts'
import type { Effort, OperatedMonth } from '../capacity/operate.ts'
import type { ServicePoints } from '../capacity/service-times.ts'
import type { MonthProfile } from '../traffic/month-profile.ts'
import type { Subject } from './subject.ts'

/**
 * What advising again need not work out again. Each part is kept under all that it depends on, and under nothing
 * else: so an SLO changes no simulation and no bill, a price or region no simulation, and candidates that differ in
 * neither replica nor scaling share one month.
 */
export interface AdviceMemo {
  /** @param measured what the times come from, by identity */
  service(measured: object, settings: unknown, compute: () => ServicePoints): ServicePoints
  /** A part of a range of service times. */
  part(service: ServicePoints, compute: () => ServicePoints): ServicePoints
  months(subject: Subject, profile: MonthProfile, effort: Effort, compute: () => Months): Months
  assessed(months: Months, subject: Subject, compute: () => Assessed): Assessed
}

type Months = readonly OperatedMonth[]

/** Months of candidates to remember, with their bills: about 20 KB each. */
const MOST_MONTHS = 3000

/** Of one run, one price book. */
export function rememberAll(): AdviceMemo {
  const ids = identities()
  const services = new Map<string, ServicePoints>()
  const parts = new WeakMap<ServicePoints, ServicePoints>()
  const months = new Map<string, Months>()
  const assessments = new WeakMap<Months, Map<string, Assessed>>()
  const trafficOf = hashes()
  return {
    service: (measured, settings, compute) =>
      known(services, `${ids(measured)} ${JSON.stringify(settings)}`, compute),
    part: (service, compute) => known(parts, service, compute),
    months({ service, replica, scaling }, profile, effort, compute) {
      const fleet = JSON.stringify([ids(service), replica.concurrency, scaling])
      const key = `${fleet} ${trafficOf(profile)} ${JSON.stringify(effort)}`
      const found = known(months, key, compute)
      // What was asked for last goes last: the first of the map is the one to forget.
      months.delete(key)
      months.set(key, found)
      for (const oldest of months.keys()) {
        if (months.size <= MOST_MONTHS) break
        months.delete(oldest)
      }
      return found
    },
    assessed(of, { candidate, payload, measurement, shortfalls, caveats }, compute) {
      const { requestBytes, replyBytes } = payload
      const loaded = measurement ? ids(measurement) : 0
      const key = JSON.stringify([candidate, requestBytes, replyBytes, loaded, shortfalls, caveats])
      return known(
        known(assessments, of, () => new Map<string, Assessed>()),
        key,
        compute,
      )
    },
  }
}

/** Works everything out whenever it is asked for. */
export const FORGETFUL: AdviceMemo = {
  service: (_, __, compute) => compute(),
  part: (_, compute) => compute(),
  months: (_, __, ___, compute) => compute(),
  assessed: (_, __, compute) => compute(),
}

interface Store<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

function known<K, V extends object>(store: Store<K, V>, key: K, compute: () => V): V {
  const found = store.get(key)
  if (found) return found
  const made = compute()
  store.set(key, made)
  return made
}

/** A number for each object, the same whenever it is the same object. */
function identities(): (object: object) => number {
  const ids = new WeakMap<object, number>()
  let last = 0
  return (object) => {
    const id = ids.get(object) ?? ++last
    ids.set(object, id)
    return id
  }
}

/** A name for all the figures of a month of traffic. */
function hashes(): (profile: MonthProfile) => string {
  const names = new WeakMap<MonthProfile, string>()
  return (profile) => {
    const name = names.get(profile) ?? hash(profile)
    names.set(profile, name)
    return name
  }
}

function hash({ steps, meanRps, peakRps, requests, periodHours }: MonthProfile): string {
  const figures = steps.flatMap(({ rps, durationS }) => [rps, durationS])
  figures.push(meanRps, peakRps, requests, periodHours ?? -1)
  return createHash('sha256').update(Float64Array.from(figures)).digest('base64')
}
