import type { CloudRecord } from './deployment-record.ts'
import type { HostFacts, LocalProfile, ModelFacts, Trial } from './measurement.ts'
import type { Scenario } from './scenario.ts'
import type { VariantFacts } from './variant.ts'

/** A profile that is still being made: what has been measured of it so far. */
export interface PartialProfile extends Partial<Omit<LocalProfile, 'startUps' | 'settings'>> {
  readonly host: HostFacts
  readonly model: ModelFacts
  readonly requestBytes: number
  readonly startUps: LocalProfile['startUps']
  readonly settings: LocalProfile['settings']
}

/** What came of making and measuring one variant. */
export interface VariantTrial {
  readonly facts: VariantFacts
  /** Null until it is begun, and where the variant loses more than the scenario allows. */
  readonly profile: PartialProfile | null
}

/** A run as it is saved after every trial: all that was measured, and nothing that can be worked out from it. */
export interface RunRecord {
  readonly schemaVersion: 1
  /** Version of Plimsoll that wrote it. */
  readonly plimsoll: string
  readonly id: string
  readonly startedAt: string
  /** Null until every candidate was tried. */
  readonly finishedAt: string | null
  readonly scenario: Scenario
  readonly profile: PartialProfile | null
  /** Of the scenario's variants but fp32, whose profile is the one above; absent where it has none. */
  readonly variants?: readonly VariantTrial[]
  readonly trials: readonly Trial[]
  /** What was deployed; absent where nothing was. */
  readonly cloud?: CloudRecord
}
