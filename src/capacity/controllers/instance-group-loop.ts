import type { InstanceGroupController } from '../../core/controller.ts'
import { type ControlLoop, type FleetShape, type Observation, wholeReplicas } from './control-loop.ts'
import { TrailingMax } from './trailing-max.ts'

/**
 * A managed instance group's autoscaler on CPU utilisation (Compute Engine docs and API, 2026-08): as many VMs as
 * bring the summed utilisation to the target, where VMs in their initialisation period are ignored; the size follows
 * the peak of the stabilisation period. How often it decides is not published and a parameter.
 */
export class InstanceGroupLoop implements ControlLoop {
  readonly everyS: number
  readonly initializationS: number
  readonly memoryS: number
  readonly #controller: InstanceGroupController
  readonly #shape: FleetShape
  readonly #sizes: TrailingMax

  constructor(controller: InstanceGroupController, shape: FleetShape) {
    this.#controller = controller
    this.#shape = shape
    this.everyS = controller.everyS
    this.initializationS = controller.initializationS
    this.memoryS = controller.stabilizationS
    this.#sizes = new TrailingMax(controller.stabilizationS)
  }

  decide({ nowS, busySlots, maturedShare }: Observation): number {
    const { slots, cpuShare } = this.#shape
    const matured = ((busySlots * maturedShare) / slots) * cpuShare
    return this.#sizes.push(nowS, wholeReplicas(matured / this.#controller.target, this.#controller))
  }
}
