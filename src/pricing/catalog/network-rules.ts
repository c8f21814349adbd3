import { bySpot, onDemand, type Rule } from './rule.ts'

/** By destination; the premium tier's price to the Americas holds for the rest of the world but these two. */
const DESTINATIONS: Readonly<Record<string, string>> = {
  Americas: 'network/egress/premium',
  Australia: 'network/egress/premium/australia',
  China: 'network/egress/premium/china',
}

const RULES_OF: Readonly<Record<string, string>> = {
  Minimum: 'network/forwarding-rules',
  Additional: 'network/forwarding-rules/additional',
}

/** What surrounds machines, of which Compute Engine bills most. */
export const NETWORK_RULES: readonly Rule[] = [
  {
    text: /^External IP Charge on a (?:Standard|(?<spot>Spot Preemptible)) VM$/,
    family: 'Network',
    subject: (part) => ({ resource: 'network/ipv4', purchase: bySpot(part) }),
  },
  {
    text: /^Static Ip Charge(?: in .+)?$/i,
    family: 'Network',
    subject: () => onDemand('network/ipv4/unused'),
  },
  {
    text: /^Network Load Balancing: Forwarding Rule (?<which>Minimum|Additional) Service Charge(?: in .+)?$/,
    family: 'Network',
    subject: (part) => onDemand(RULES_OF[part('which')] ?? ''),
  },
  {
    text: /^Network Load Balancing: (?<way>Inbound|Outbound) Data Processing Charge(?: in .+)?$/,
    family: 'Network',
    subject: (part) => onDemand(`network/load-balancer/${part('way').toLowerCase()}`),
  },
  {
    text: /^Network Internet (?:Data Transfer Out|Egress) from .+ to (?<place>Americas|Australia|China)$/,
    family: 'Network',
    subject: (part) => onDemand(DESTINATIONS[part('place')] ?? ''),
  },
]

/** Cloud Storage in one region; multi-regions, dual regions and early deletion match none of these. */
export const STORAGE_RULES: readonly Rule[] = [
  {
    text: /^(?<tier>Standard|Nearline|Coldline|Archive) Storage (?!.*\b(?:multi|dual)[- ]?region)(?!.*\bearly delete\b).+$/i,
    family: 'Storage',
    subject: (part) => onDemand(`storage/${part('tier').toLowerCase()}`),
  },
  {
    text: /^(?:Regional )?(?<tier>Nearline|Coldline|Archive) Data Retrieval$/,
    subject: (part) => onDemand(`storage/${part('tier').toLowerCase()}/retrieval`),
  },
  {
    text: /^Regional Standard Class (?<kind>A|B) Operations$/,
    subject: (part) => onDemand(`storage/operations/class-${part('kind').toLowerCase()}`),
  },
  {
    text: /^Download Worldwide Destinations \(excluding Asia & Australia\)$/,
    subject: () => onDemand('storage/egress'),
  },
]
