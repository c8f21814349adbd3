import { Resolver } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import { WorldError } from '../../core/errors.ts'
import type { DeployOrder } from '../deployer.ts'

/** ns1 to ns4.google.com, which answer this name with the address that asks (IPv4, 2026-08). */
const GOOGLE_NAME_SERVERS = ['216.239.32.10', '216.239.34.10', '216.239.36.10', '216.239.38.10']
const MY_ADDRESS = 'o-o.myaddr.l.google.com'

/**
 * Who may reach a VM: what the settings say, else this machine alone, by the address that Google sees.
 * @throws WorldError that says what to set
 */
export async function clientRanges({ settings }: DeployOrder): Promise<readonly string[]> {
  return settings.clientRanges ?? [`${await ownAddress()}/32`]
}

async function ownAddress(): Promise<string> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 })
  resolver.setServers(GOOGLE_NAME_SERVERS)
  try {
    const address = (await resolver.resolveTxt(MY_ADDRESS))[0]?.join('') ?? ''
    if (isIPv4(address)) return address
    throw new Error(`${MY_ADDRESS} is ${address || 'empty'}`)
  } catch (cause) {
    throw new WorldError('the address that this machine has on the internet could not be found', {
      cause,
      hint: 'set it in the scenario: deploy.clientRanges: [203.0.113.7/32]',
    })
  }
}
