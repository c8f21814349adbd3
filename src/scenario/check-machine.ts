import { customMachineType } from '../core/custom-machine-type.ts'
import { machineType, machineTypeNames } from '../core/machine-type.ts'
import { didYouMean } from './explain-issue.ts'

/** Reports a machine type that is not known here, or a custom one that cannot be. */
export function checkMachine(
  name: string,
  report: (field: string, message: string, hint?: string) => void,
): void {
  const custom = customMachineType(name)
  if (custom && 'fault' in custom) {
    const hint = 'write it like n2-custom-4-16384 (vCPUs, MiB)'
    report('machineType', `"${name}" cannot be: ${custom.fault}`, hint)
  } else if (!machineType(name)) {
    const hint = didYouMean(name, machineTypeNames())
    report('machineType', `"${name}" is not a machine type known here`, hint)
  }
}
