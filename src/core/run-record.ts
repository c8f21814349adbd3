import type { HostFacts, LocalProfile, ModelFacts, Trial } from './measurement.ts'
import type { Scenario } from './scenario.ts'

/** A profile that is still being made: what has been measured of it so far. */
export interface PartialProfile extends Partial<Omit<LocalProfile, 'startUps' | 'settings'>> {
  readonly host: HostFacts
  readonly model: ModelFacts
  readonly requestBytes: number
  readonly startUps: LocalProfile['startUps']
  readonly settings: LocalProfile['settings']
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
  readonly trials: readonly Trial[]
}
