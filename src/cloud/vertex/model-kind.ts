import { settleDeletion } from '../pending.ts'
import type { FoundResource, ResourceKind } from '../resource.ts'
import { modelClient } from './clients.ts'
import { findEverywhere, labelFilter } from './find.ts'
import { labelled, removeOnceMade, unlessMissing } from './labelled.ts'
import { locationName, MODEL_KIND } from './names.ts'
import { listOptions } from './operations.ts'

export const modelKind: ResourceKind = {
  kind: MODEL_KIND,
  title: 'Vertex AI model',
  delete: async ({ name, region }, cloud) => {
    const client = await modelClient(cloud, region)
    await removeOnceMade(cloud, client, name, async () => {
      const [operation] = await client.deleteModel({ name }, cloud.callOptions)
      await settleDeletion(cloud, operation, name)
    })
  },
  find: (search, cloud) =>
    findEverywhere(search, cloud, async (region) => {
      const client = await modelClient(cloud, region)
      const request = { parent: locationName(cloud.project, region), filter: labelFilter(search) }
      const found: FoundResource[] = []
      for await (const model of client.listModelsAsync(request, listOptions(cloud))) {
        const each = labelled(model, MODEL_KIND, cloud, region)
        if (each) found.push(each)
      }
      return found
    }),
  describe: async ({ name, region }, cloud) => {
    const client = await modelClient(cloud, region)
    const model = (await unlessMissing(client.getModel({ name }, cloud.callOptions)))?.[0]
    return (model && labelled(model, MODEL_KIND, cloud, region)) ?? null
  },
}
