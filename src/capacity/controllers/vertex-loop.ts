import type { VertexController } from '../../core/controller.ts'
import { type ControlLoop, type FleetShape, type Observation, wholeReplicas } from './control-loop.ts'
import { TrailingMax } from './trailing-max.ts'

/**
 * Vertex AI's autoscaler (docs, autoscaling, 2026-08): every 15 s the target is ceil(current replicas · utilisation /
 * target utilisation), and the highest target of the last 5 minutes is applied. 2 replicas at 100% become 4; 10 at 1%
 * become 1, once 5 minutes have passed. Replicas that still start are not current ones: they report no utilisation.
 */
export class VertexLoop implements ControlLoop {
  readonly everyS: number
  readonly initializationS = 0
  readonly memoryS: number
  readonly #controller: VertexController
  readonly #slots: number
  readonly #targets: TrailingMax

  constructor(controller: VertexController, { slots }: FleetShape) {
    this.#controller = controller
    this.#slots = slots
    this.everyS = controller.everyS
    this.memoryS = controller.windowS
    this.#targets = new TrailingMax(controller.windowS)
  }

  decide({ nowS, busySlots }: Observation): number {
    // replicas · utilisation is the number of replicas' worth of slots that are busy
    const target = wholeReplicas(busySlots / this.#slots / this.#controller.target, this.#controller)
    return this.#targets.push(nowS, target)
  }
}
