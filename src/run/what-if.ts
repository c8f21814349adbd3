import type { RunRecord } from '../core/run-record.ts'
import type { Slo, Traffic } from '../core/scenario.ts'

/** What a saved run is asked about in place of its scenario's own. */
export interface WhatIf {
  readonly slo?: Slo
  /** A flat rate, or a multiple of the scenario's traffic. */
  readonly traffic?: { readonly rps: number } | { readonly factor: number }
}

/** The run as it would be under another SLO or other traffic: what was measured stays. */
export function suppose(record: RunRecord, { slo, traffic }: WhatIf): RunRecord {
  const { scenario } = record
  return {
    ...record,
    scenario: {
      ...scenario,
      ...(slo ? { slo } : {}),
      ...(traffic
        ? { traffic: 'rps' in traffic ? traffic : scaleTraffic(scenario.traffic, traffic.factor) }
        : {}),
    },
  }
}

function scaleTraffic(traffic: Traffic, factor: number): Traffic {
  const { rps, curve, trace, burst } = traffic
  return {
    ...traffic,
    rps: rps * factor,
    ...(curve ? { curve: { ...curve, peakRps: curve.peakRps * factor } } : {}),
    ...(trace ? { trace: { ...trace, rps: trace.rps.map((each) => each * factor) } } : {}),
    ...(burst ? { burst: { ...burst, rps: burst.rps * factor } } : {}),
  }
}
