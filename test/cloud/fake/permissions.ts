/**
 * Everything that measuring one candidate of each platform takes, collection by collection, as the IAM permissions
 * reference names it (2026-08). Written out here rather than asked of the deployers, so that it can catch them.
 */
const NEEDED = {
  'aiplatform.endpoints': 'create delete deploy get list predict undeploy',
  'aiplatform.locations': 'list',
  'aiplatform.models': 'delete get list upload',
  'aiplatform.operations': 'list',
  'artifactregistry.tags': 'get',
  'cloudfunctions.functions': 'create delete get invoke list update',
  'cloudfunctions.operations': 'get',
  'cloudquotas.quotas': 'get',
  'compute.acceleratorTypes': 'list',
  'compute.autoscalers': 'create delete list',
  'compute.backendServices': 'create delete get list use',
  'compute.disks': 'create',
  'compute.firewalls': 'create delete get list',
  'compute.globalForwardingRules': 'create delete get list',
  'compute.globalOperations': 'get',
  'compute.healthChecks': 'create delete list useReadOnly',
  'compute.instanceGroupManagers': 'create delete get list use',
  'compute.instanceGroups': 'use',
  'compute.instanceTemplates': 'create delete get list useReadOnly',
  'compute.instances':
    'create delete get getSerialPortOutput list setLabels setMetadata setServiceAccount setTags',
  'compute.machineTypes': 'list',
  'compute.networks': 'updatePolicy',
  'compute.regionOperations': 'get',
  'compute.regions': 'get',
  'compute.subnetworks': 'use useExternalIp',
  'compute.targetHttpProxies': 'create delete list use',
  'compute.urlMaps': 'create delete list use',
  'compute.zoneOperations': 'get',
  'iam.serviceAccounts': 'actAs',
  'logging.logEntries': 'list',
  'run.operations': 'get',
  'run.routes': 'invoke',
  'run.services': 'create delete get list update',
  'serviceusage.services': 'get',
  'storage.buckets': 'list',
  'storage.objects': 'create delete get list',
}

export const PERMISSIONS_OF_ONE_OF_EACH: readonly string[] = Object.entries(NEEDED).flatMap(
  ([collection, verbs]) => verbs.split(' ').map((verb) => `${collection}.${verb}`),
)
