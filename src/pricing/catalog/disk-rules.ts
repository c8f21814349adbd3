import { bySpot, byYears, FOR_YEARS, type Rule } from './rule.ts'

/** Capacity by its whole name: "Regional ..." costs twice as much as the zonal disk, and is a disk of its own. */
const DISKS: Readonly<Record<string, string>> = {
  'Storage PD Capacity': 'pd-standard',
  'Balanced PD Capacity': 'pd-balanced',
  'SSD backed PD Capacity': 'pd-ssd',
  'Extreme PD Capacity': 'pd-extreme',
  'Extreme PD IOPS': 'pd-extreme/iops',
  'Hyperdisk Extreme Capacity': 'hyperdisk-extreme',
  'Hyperdisk Extreme IOPS': 'hyperdisk-extreme/iops',
  'Regional Storage PD Capacity': 'regional-pd-standard',
  'Regional Balanced PD Capacity': 'regional-pd-balanced',
  'Regional SSD backed PD Capacity': 'regional-pd-ssd',
  'Storage PD Snapshot': 'snapshot',
  'SSD backed Local Storage': 'local-ssd',
}

export const DISK_RULES: readonly Rule[] = [
  {
    text: new RegExp(
      `^(?<disk>${Object.keys(DISKS).join('|')})(?<spot> attached to (?:Spot )?Preemptible VMs)?(?: (?:running )?in .+)?$`,
    ),
    family: 'Storage',
    subject: (part) => ({ resource: `gce/disk/${DISKS[part('disk')]}`, purchase: bySpot(part) }),
  },
  {
    text: new RegExp(`^Commitment v1: Local SSD in .+ ${FOR_YEARS}$`, 'i'),
    subject: (part) => ({ resource: 'gce/disk/local-ssd', purchase: byYears(part) }),
  },
]
