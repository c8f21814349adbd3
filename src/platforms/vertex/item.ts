import { exact } from '../../core/money.ts'
import type { VertexItem } from '../../core/usage-item.ts'
import { gpuAttachmentLimits } from '../gpu-limits.ts'
import type { ItemMeter } from '../item-meter.ts'
import { billed } from '../metering.ts'
import { nodeLines } from './usage.ts'

export const vertexItem: ItemMeter<VertexItem> = {
  faults: (item) => gpuAttachmentLimits(item).map(({ rule }) => ({ field: 'accelerator', message: rule })),
  usage: (item) =>
    nodeLines({ ...item, nodeHours: billed(item.nodeHours, `${exact(item.nodeHours)} node-hours`) }),
  notes: () => [],
}
