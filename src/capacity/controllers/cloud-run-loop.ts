import type { CloudRunController } from '../../core/controller.ts'
import { type ControlLoop, type FleetShape, type Observation, wholeReplicas } from './control-loop.ts'
import { TrailingMean } from './trailing-mean.ts'

/**
 * Cloud Run's scaling by metrics (docs, 2026-08): instances for a CPU utilisation and a concurrency of 60% of the
 * most, averaged over a minute and over ten; the greater counts. Starts on demand, retention and the pending queue are
 * the fleet's.
 */
export class CloudRunLoop implements ControlLoop {
  readonly everyS: number
  readonly initializationS = 0
  readonly memoryS: number
  readonly #controller: CloudRunController
  readonly #shape: FleetShape
  readonly #short: TrailingMean
  readonly #long: TrailingMean

  constructor(controller: CloudRunController, shape: FleetShape) {
    this.#controller = controller
    this.#shape = shape
    this.everyS = controller.everyS
    this.memoryS = Math.max(controller.longS, controller.retentionS)
    this.#short = new TrailingMean(controller.shortS, controller.everyS)
    this.#long = new TrailingMean(controller.longS, controller.everyS)
  }

  decide({ busySlots, inFlight }: Observation): number {
    const { slots, concurrency, cpuShare } = this.#shape
    const load = Math.max((busySlots / slots) * cpuShare, inFlight / concurrency)
    const averaged = Math.max(this.#short.push(load), this.#long.push(load))
    return wholeReplicas(averaged / this.#controller.target, this.#controller)
  }
}
