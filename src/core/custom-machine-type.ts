import type { MachineType } from './machine-type.ts'

/** What a custom machine of a family may be made of. */
interface Rules {
  /** GiB per vCPU: the least, and the most before memory is extended. */
  readonly gibPerVcpu: readonly [least: number, most: number]
  readonly mostVcpus: number
}

/**
 * Compute Engine docs, creating custom machine types, 2026-08. Memory over the most per vCPU is sold as extended, to
 * types that end in `-ext`; E2 has none.
 */
const RULES: Readonly<Record<string, Rules>> = {
  e2: { gibPerVcpu: [0.5, 8], mostVcpus: 32 },
  n1: { gibPerVcpu: [0.9, 6.5], mostVcpus: 96 },
  n2: { gibPerVcpu: [0.5, 8], mostVcpus: 128 },
  n2d: { gibPerVcpu: [0.5, 8], mostVcpus: 224 },
}

const NAME = /^(?:([a-z][a-z0-9]*)-)?custom-(\d+)-(\d+)(-ext)?$/

/**
 * `n2-custom-4-16384` (vCPUs, memory in MiB) and N1's `custom-4-16384`; with `-ext`, memory beyond the family's most
 * per vCPU.
 *
 * @returns the machine, why there is none, or undefined where the name is not that of a custom type
 */
export function customMachineType(name: string): MachineType | { readonly fault: string } | undefined {
  const [, family = 'n1', vcpuText, mib, extended] = NAME.exec(name) ?? []
  if (vcpuText === undefined || mib === undefined) return undefined
  const vcpus = Number(vcpuText)
  const memoryGib = Number(mib) / 1024
  const fault = faultOf(family, vcpus, memoryGib, extended !== undefined)
  if (fault) return { fault }
  const ordinaryGib = Math.min(memoryGib, vcpus * (RULES[family]?.gibPerVcpu[1] ?? 0))
  const custom = { extendedGib: memoryGib - ordinaryGib }
  return { name, family, vcpus, memoryGib, localSsdGib: 0, custom }
}

function faultOf(family: string, vcpus: number, gib: number, extended: boolean): string | undefined {
  const rules = RULES[family]
  if (!rules) return `custom machines are made of ${Object.keys(RULES).join(', ')} here, not of ${family}`
  const [least, most] = rules.gibPerVcpu
  if (vcpus < 1 || vcpus > rules.mostVcpus || (vcpus > 1 && vcpus % 2 === 1))
    return `a custom ${family} has 1 vCPU or an even number up to ${rules.mostVcpus}, not ${vcpus}`
  if ((gib * 1024) % 256 !== 0) return `its memory is a multiple of 256 MiB, not ${gib * 1024}`
  if (gib < least * vcpus) return `${vcpus} vCPU of ${family} need at least ${least * vcpus} GiB, not ${gib}`
  if (gib <= most * vcpus) return undefined
  if (family === 'e2') return `${vcpus} vCPU of e2 take up to ${most * vcpus} GiB, not ${gib}`
  return extended ? undefined : `over ${most * vcpus} GiB its memory is extended: the name ends in -ext`
}
