import type { VertexController } from '../../core/controller.ts'
import { type ControlLoop, type FleetShape, type Observation, wholeReplicas } from './control-loop.ts'
import { TrailingMax } from './trailing-max.ts'

/**
 * Vertex AI's autoscaler (docs, autoscaling, 2026-08): every 15 s the target is ceil(current replicas · utilisation /
 * target utilisation), and the highest target of the last 5 minutes is applied. 2 replicas at 100% become 4; 10 at 1%
 * become 1, once 5 minutes have passed. Replicas that still start are not current ones: they report no utilisation. A
 * server that leaves vCPUs idle when it is full may never reach the target, and then never scales out.
 */
export class VertexLoop implements ControlLoop {
  readonly everyS: number
  readonly initializationS = 0
  readonly memoryS: number
  readonly #controller: VertexController
  readonly #shape: FleetShape
  readonly #targets: TrailingMax

  constructor(controller: VertexController, shape: FleetShape) {
    this.#controller = controller
    this.#shape = shape
    this.everyS = controller.everyS
    this.memoryS = controller.windowS
    this.#targets = new TrailingMax(controller.windowS)
  }

  decide({ nowS, busySlots }: Observation): number {
    const { slots, cpuShare } = this.#shape
    // replicas · utilisation is the number of replicas' worth of vCPUs that are busy
    const target = wholeReplicas(((busySlots / slots) * cpuShare) / this.#controller.target, this.#controller)
    return this.#targets.push(nowS, target)
  }
}
