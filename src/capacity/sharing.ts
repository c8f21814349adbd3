import type { ProfileSetting } from '../core/measurement.ts'
import type { ServiceModel } from './simulation/fleet-plan.ts'

/** What a simulated replica's service depends on beside the request itself. */
export type Sharing = Pick<ServiceModel, 'stretch' | 'batching'>

/** How long the first of a batch waits for more, ms: `--max-delay` of `plimsoll serve` unless set. */
const BATCH_DELAY_MS = 2

/**
 * What was timed with several inferences at a time, and with batches. Hyper-threads of this machine are part of it:
 * those of the replica are in the range of its speed, which holds both.
 *
 * @param hostShare of a request's time that is spent outside the model: it is spent on every request of a batch
 * @returns undefined where nothing of it was timed
 */
export function sharingOf(
  { stretch = [], batches = [] }: ProfileSetting,
  slots: number,
  maxBatch: number,
  hostShare: number,
): Sharing | undefined {
  const disturbed = slots > 1 && stretch.length > 1
  const batched = maxBatch > 1 && batches.length > 1
  if (!disturbed && !batched) return undefined
  return {
    ...(disturbed && { stretch: stretch.slice(0, slots) }),
    ...(batched && { batching: batchingOf(batches.slice(0, maxBatch), hostShare) }),
  }
}

/** Batches larger than those timed are not made. */
function batchingOf(batches: readonly number[], hostShare: number): NonNullable<Sharing['batching']> {
  const factor = batches.map((inModel, index) => (1 - hostShare) * inModel + hostShare * (index + 1))
  return { most: batches.length, delayMs: BATCH_DELAY_MS, factor }
}

/** Requests that `slots` finish at a time when all are busy with full batches, over the time of one alone. */
export function fullSlots(slots: number, { stretch = [1], batching }: Sharing = {}): number {
  const disturbed = stretch[Math.min(slots, stretch.length) - 1] ?? 1
  const { most, factor } = batching ?? { most: 1, factor: [1] }
  return (slots * most) / (disturbed * (factor[most - 1] ?? 1))
}
