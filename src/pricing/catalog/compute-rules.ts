import { bySpot, byYears, FOR_YEARS, type Rule, SPOT } from './rule.ts'

/** One token and its maker ("N2D AMD", "A3Plus"), so that no longer text passes for a family. */
export const FAMILY = '[A-Z]\\d+[A-Z]?(?:Plus)?(?: AMD| Arm)?|Compute optimized|(?:M\\d )?Memory-optimized'

/** Families whose SKUs name them otherwise than their machine types do. */
const FAMILY_ALIASES: Readonly<Record<string, string>> = {
  'Compute optimized': 'c2',
  'Memory-optimized': 'm1',
  A3Plus: 'a3-mega',
}

/** "Nvidia H100 80GB Plus" in the Americas and "Mega" elsewhere are the GPU of a3-megagpu-8g. */
const GPU = '(?:Nvidia (?:Tesla )?)?[A-Z]+\\d+(?: (?:Plus|Mega))?(?: \\d+GB)?(?: (?:Plus|Mega))?'

/** GPUs that Google's APIs call otherwise than their SKUs; "A100" without a size has 40 GB. */
const GPU_ALIASES: Readonly<Record<string, string>> = {
  'nvidia-t4': 'nvidia-tesla-t4',
  'nvidia-p4': 'nvidia-tesla-p4',
  'nvidia-p100': 'nvidia-tesla-p100',
  'nvidia-v100': 'nvidia-tesla-v100',
  'nvidia-a100': 'nvidia-tesla-a100',
  'nvidia-tesla-a100-80gb': 'nvidia-a100-80gb',
  'nvidia-h100-80gb-plus': 'nvidia-h100-mega-80gb',
  'nvidia-h100-80gb-mega': 'nvidia-h100-mega-80gb',
  'nvidia-h100-plus-80gb': 'nvidia-h100-mega-80gb',
}

const CPU_GROUPS = ['CPU', 'N1Standard']
const MEMORY_GROUPS = ['RAM', 'N1Standard']

/** Cores and memory, which are told apart by their groups too: N1 has both in N1Standard. */
function coreAndMemory(
  text: (part: string) => string,
  subject: (kind: 'cpu' | 'memory') => Rule['subject'],
): Rule[] {
  const of = (kind: 'cpu' | 'memory', word: string, groups: readonly string[]): Rule => ({
    text: new RegExp(`^${text(word)}$`),
    family: 'Compute',
    groups,
    subject: subject(kind),
  })
  return [of('cpu', '(?:Core|Cpu)', CPU_GROUPS), of('memory', 'Ram', MEMORY_GROUPS)]
}

const MACHINES: readonly Rule[] = [
  ...coreAndMemory(
    (part) => `${SPOT}(?<family>${FAMILY}|N1 Predefined) Instance ${part} running in .+`,
    (kind) => (part) => ({ resource: `gce/${familyName(part('family'))}/${kind}`, purchase: bySpot(part) }),
  ),
  ...coreAndMemory(
    (part) => `${SPOT}Compute optimized ${part} running in .+`,
    (kind) => (part) => ({ resource: `gce/c2/${kind}`, purchase: bySpot(part) }),
  ),
  ...coreAndMemory(
    (part) => `${SPOT}(?:(?<family>${FAMILY}) )?Custom Instance ${part} running in .+`,
    (kind) => (part) => ({
      resource: `gce/${familyName(part('family'))}/custom-${kind}`,
      purchase: bySpot(part),
    }),
  ),
  {
    text: new RegExp(`^${SPOT}(?:(?<family>${FAMILY}) )?Custom Extended Instance Ram running in .+$`),
    family: 'Compute',
    groups: MEMORY_GROUPS,
    subject: (part) => ({
      resource: `gce/${familyName(part('family'))}/custom-extended-memory`,
      purchase: bySpot(part),
    }),
  },
  ...coreAndMemory(
    (part) => `Commitment v1: (?:(?<family>${FAMILY}) )?${part} in .+ ${FOR_YEARS}`,
    (kind) => (part) => ({ resource: `gce/${familyName(part('family'))}/${kind}`, purchase: byYears(part) }),
  ),
  {
    text: new RegExp(`^${SPOT}Micro Instance with burstable CPU running in .+$`, 'i'),
    family: 'Compute',
    subject: (part) => ({ resource: 'gce/machine/f1-micro', purchase: bySpot(part) }),
  },
  {
    text: new RegExp(`^${SPOT}Small Instance with 1 VCPU running in .+$`, 'i'),
    family: 'Compute',
    subject: (part) => ({ resource: 'gce/machine/g1-small', purchase: bySpot(part) }),
  },
]

const GPUS: readonly Rule[] = [
  {
    text: new RegExp(
      `^(?<gpu>${GPU}) GPU(?<spot> attached to (?:Spot )?Preemptible VMs)? running in .+$`,
      'i',
    ),
    family: 'Compute',
    groups: ['GPU'],
    subject: (part) => ({ resource: `gce/gpu/${gpuName(part('gpu'))}`, purchase: bySpot(part) }),
  },
  {
    text: new RegExp(`^Commitment v1: (?<gpu>${GPU}) GPU running in .+ ${FOR_YEARS}$`, 'i'),
    family: 'Compute',
    groups: ['GPU'],
    subject: (part) => ({ resource: `gce/gpu/${gpuName(part('gpu'))}`, purchase: byYears(part) }),
  },
]

export const COMPUTE_RULES: readonly Rule[] = [...MACHINES, ...GPUS]

/** "N2D AMD" to n2d; N1's custom and committed SKUs name no family at all. */
export function familyName(text: string): string {
  if (text === '') return 'n1'
  const [first = ''] = text.split(' ')
  return FAMILY_ALIASES[text] ?? FAMILY_ALIASES[first] ?? first.toLowerCase()
}

/** "Nvidia Tesla A100 80GB" to nvidia-a100-80gb, as Google's APIs spell it. */
export function gpuName(text: string): string {
  const slug = text.toLowerCase().replaceAll(' ', '-')
  return GPU_ALIASES[slug] ?? slug
}
