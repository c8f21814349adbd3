import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { itemFaults } from '../../src/platforms/meter-items.ts'
import { readUsageFile } from '../../src/scenario/usage-file/read-usage-file.ts'
import { problemsOf, readUsage, usageProblems, usageText } from '../fixtures/usage-file.ts'

const EXAMPLES = 'scenarios/usage'

/** Problems of one item, without their place. */
function faults(item: string): string[] {
  return problemsOf(usageText([item])).map(
    ({ field, message }) => `${field?.replace('usage[0].', '')}: ${message}`,
  )
}

describe('a usage file', () => {
  test('among the examples is sound', () => {
    const files = readdirSync(EXAMPLES)
    expect(files.length).toBeGreaterThan(0)
    for (const file of files)
      expect(readUsageFile(join(EXAMPLES, file), itemFaults).items.length).toBeGreaterThan(5)
  })

  test('gives its region to the items that have none, and keeps every digit of its quantities', () => {
    const { items, freeTier } = readUsage(
      'region: europe-west4\nusage:\n- { platform: cloud-run, gibSeconds: "209609.03450012345678901234" }\n- { platform: network, region: asia-east1, egressGib: 0.1 }',
    )
    expect(freeTier).toBe(false)
    expect(items.map(({ region }) => region)).toEqual(['europe-west4', 'asia-east1'])
    expect(JSON.stringify(items[0])).toContain('209609.03450012345678901234')
  })

  test('takes a GPU as scenarios write it', () => {
    const both = [
      'platform: vertex, machineType: n1-standard-8, nodeHours: 1, accelerator: { type: nvidia-tesla-t4, count: 2 }',
      'platform: vertex, machineType: n1-standard-8, nodeHours: 1, accelerator: nvidia-tesla-t4, acceleratorCount: 2',
    ]
    const [a, b] = readUsage(usageText(both)).items
    expect(a).toEqual(b)
  })
})

describe('a mistake in a usage file', () => {
  test('is told with all others, each with line, column, field and hint', () => {
    const text = [
      'freetier: true',
      'usage:',
      '  - { platform: cloud-run, region: europe-west11, billing: request-basd, vcpuSeconds: -1 }',
      '  - { platform: functions, generation: 1, region: us-central1, memoryMb: 300, invocations: 5, durationMs: 100 }',
      '  - { platform: gec, region: us-central1 }',
      '  - { platform: gce, region: us-central1, machineType: n1-standrd-4, hour: 5 }',
      '  - { platform: network, egressGib: "1,000" }',
    ].join('\n')
    expect(usageProblems(text)).toEqual([
      '1:1 freetier: unknown field "freetier"',
      '3:36 usage[0].region: "europe-west11" is no region',
      '3:60 usage[0].billing: "request-basd" is not one of request-based, instance-based',
      '3:87 usage[0].vcpuSeconds: -1 is negative',
      '4:74 usage[1].memoryMb: the 1st generation has 128, 256, 512, 1024, 2048, 4096, 8192 MB, not 300',
      '5:17 usage[2].platform: "gec" is no platform',
      '6:56 usage[3].machineType: "n1-standrd-4" is not a machine type known here',
      '6:70 usage[3].hour: unknown field "hour"',
      '7:5 usage[4].region: is missing',
      '7:37 usage[4].egressGib: "1,000" is not a plain number, like 334000 or "0.5"',
    ])
    const hints = problemsOf(text).map(({ hint }) => hint)
    for (const hint of [
      'did you mean freeTier?',
      'did you mean request-based?',
      'did you mean gce?',
      'did you mean hours?',
    ])
      expect(hints).toContain(hint)
  })

  test.each([
    [
      'platform: cloud-run, gpu: nvidia-l4, gpuSeconds: 5',
      'billing: a GPU on Cloud Run needs instance-based billing',
    ],
    ['platform: cloud-run, billing: instance-based, gpuSeconds: 5', 'gpu: is missing'],
    [
      'platform: cloud-run, billing: instance-based, vcpuSeconds: 5, gibSeconds: 5, gpu: nvidia-l4',
      'gpuSeconds: is missing',
    ],
    [
      'platform: cloud-run, billing: instance-based, vcpuSeconds: 1, idleGibSeconds: 5',
      'idleGibSeconds: idleGibSeconds is for request-based billing',
    ],
    ['platform: cloud-run', 'platform: the item says nothing that could be billed'],
    ['platform: cloud-run, vcpu: 1, memoryGib: 1, requests: 5', 'durationMs: is missing'],
    [
      'platform: cloud-run, vcpu: 1, memoryGib: 1, vcpuSeconds: 5, minInstances: 1',
      'vcpuSeconds: vcpuSeconds goes with no vcpu or memoryGib',
    ],
    ['platform: cloud-run, vcpu: 1, requests: 5, durationMs: 5', 'memoryGib: is missing'],
    [
      'platform: functions, generation: 1, memoryMb: 128, invocations: 1, durationMs: 1, vcpu: 1',
      'vcpu: vcpu is for generation 2',
    ],
    [
      'platform: gce, machineType: n2-custom-3-4096, hours: 1',
      'machineType: "n2-custom-3-4096" cannot be: a custom n2 has 1 vCPU or an even number up to 128, not 3',
    ],
    [
      'platform: gce, machineType: e2-standard-2, hours: 1, accelerator: nvidia-tesla-t4',
      'accelerator: GPUs attach to N1 machines only; e2-standard-2 takes no nvidia-tesla-t4',
    ],
    [
      'platform: gce, machineType: g2-standard-4, hours: 1, accelerator: nvidia-tesla-t4',
      'accelerator: g2-standard-4 comes with 1 x nvidia-l4; it takes no 1 x nvidia-tesla-t4',
    ],
    [
      'platform: vertex, machineType: n1-standard-4, nodeHours: 1, purchase: commit-1yr',
      'purchase: "commit-1yr" is not one of on-demand, spot',
    ],
    ['platform: gce, machineType: e2-standard-2, hours: .inf', 'hours: Infinity is not a number'],
    [
      'platform: network, egressGib: 12345678901234567890',
      'egressGib: 12345678901234567000 is more than 1000000000000000000',
    ],
    [
      'platform: network, egressGib: 12345678901234567',
      'egressGib: 12345678901234568 has more digits than a number keeps: write it in quotes',
    ],
    ['platform: network, egressGib: [5]', 'egressGib: [5] is not a number'],
    ['platform: network, region: 5, egressGib: 5', 'region: 5 is not a text'],
  ])('%s', (item, problem) => {
    expect(faults(item)).toContain(problem)
  })

  test('is none where a region is not known here but looks like one: the book has no price for it', () => {
    expect(faults('platform: network, region: antarctica-south1, egressGib: 5')).toEqual([])
    expect(faults('platform: network, region: Iowa, egressGib: 5')).toEqual(['region: "Iowa" is no region'])
  })

  test.each([
    ['', /the file is empty/],
    ['usage: []', /at least one item/],
    ['usage: 5', /5 is not a list/],
    ['usage: [5]', /5 is not a mapping/],
    ['freeTier: maybe\nusage: [{ platform: address, region: us-central1 }]', /true or false/],
    ['region: us-centrl1\nusage: [{ platform: address }]', /"us-centrl1" is no region/],
  ])('%j', (text, message) => {
    expect(
      problemsOf(text)
        .map((problem) => problem.message)
        .join(),
    ).toMatch(message)
  })
})
