import type { GceCandidate } from '../../core/candidate.ts'
import type { Deployer } from '../deployer.ts'
import { deployGroup } from './deploy-group.ts'
import { deployVm } from './deploy-vm.ts'
import {
  BACKEND_SERVICE,
  FIREWALL,
  FORWARDING_RULE,
  HEALTH_CHECK,
  PROXY,
  TEMPLATE,
  URL_MAP,
} from './global-kinds.ts'
import { AUTOSCALER, GROUP } from './group-kinds.ts'
import { planGce } from './plan.ts'
import { gceRequirements } from './requirements.ts'
import { serialLines } from './serial-lines.ts'
import { VM } from './vm-kind.ts'

/** One VM, or a managed instance group behind a load balancer. */
export const gceDeployer: Deployer<GceCandidate> = {
  platform: 'gce',
  kinds: [
    FORWARDING_RULE,
    PROXY,
    URL_MAP,
    BACKEND_SERVICE,
    AUTOSCALER,
    GROUP,
    HEALTH_CHECK,
    TEMPLATE,
    VM,
    FIREWALL,
  ],
  plan: planGce,
  requirements: gceRequirements,
  deploy: (candidate, order, scope) =>
    candidate.kind === 'vm' ? deployVm(candidate, order, scope) : deployGroup(candidate, order, scope),
  lastLines: serialLines,
}
