import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandGrid, gridSize } from '../../src/scenario/expand-grid.ts'
import { scenarioText, useScenarios } from './write-scenario.ts'

const { read, problems, brief } = useScenarios()
const listed = (...entries: string[]) =>
  scenarioText({ candidates: ['candidates:', ...entries.map((entry) => `  - { ${entry} }`)].join('\n') })
const names = (...entries: string[]) => read(listed(...entries)).candidates.map(({ name }) => name)

describe('another server', () => {
  test('has the name model unless it is given one', () => {
    const at = 'platform: cloud-run, url: "https://h.example"'
    const { candidates } = read(
      listed(`${at}, server: triton`, `${at}, server: tensorflow-serving, servedModel: det, cpu: 2`),
    )
    expect(candidates.map(({ server }) => server)).toEqual([
      { kind: 'triton', model: 'model' },
      { kind: 'tensorflow-serving', model: 'det' },
    ])
  })

  test('needs a url, and a name of the model needs another server', () => {
    expect(brief(listed('platform: cloud-run, server: triton'))).toEqual([
      expect.stringContaining('server triton without a url or an image'),
    ])
    expect(brief(listed('platform: cloud-run, servedModel: det'))).toEqual([
      expect.stringContaining('servedModel without another server'),
    ])
  })
})

describe('batches', () => {
  test('are part of the grid, and of the name where there are any', () => {
    expect(names('platform: cloud-run, maxBatch: [1, 4]')).toEqual([
      'cloud-run 1cpu 0.5Gi c80 us-central1',
      'cloud-run 1cpu 0.5Gi c80 batch4 us-central1',
    ])
  })

  test.each([
    ['platform: functions, generation: 2', 'one by one'],
    ['platform: cloud-run, url: "https://h.example"', 'what runs at a url'],
    ['platform: cloud-run, server: triton, image: i', 'triton has batching of its own'],
  ])('are none of a candidate { %s }', (entry, why) => {
    expect(brief(listed(`${entry}, maxBatch: 4`))).toEqual([expect.stringContaining(why)])
  })
})

describe('the grid', () => {
  test('is every combination in the order written, the last list varying fastest', () => {
    expect(
      names(
        'platform: cloud-run, cpu: [1, 2], memory: 2Gi, concurrency: [1, 8]',
        'platform: vertex, machineType: n1-standard-2',
      ),
    ).toEqual([
      'cloud-run 1cpu 2Gi c1 us-central1',
      'cloud-run 1cpu 2Gi c8 us-central1',
      'cloud-run 2cpu 2Gi c1 us-central1',
      'cloud-run 2cpu 2Gi c8 us-central1',
      'vertex n1-standard-2 us-central1',
    ])
  })

  test('may span platforms and regions', () => {
    expect(names('platform: vertex, region: [us-east1, europe-west1], machineType: n1-standard-2')).toEqual([
      'vertex n1-standard-2 us-east1',
      'vertex n1-standard-2 europe-west1',
    ])
  })

  test('has as many points as the product of its lists, each with one element of each list at its place', () => {
    const field = fc.oneof(fc.nat(), fc.array(fc.nat(), { maxLength: 4 }))
    const entry = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), field, { noNullPrototype: true })
    fc.assert(
      fc.property(entry, (candidate) => {
        const points = expandGrid(candidate)
        expect(points).toHaveLength(gridSize(candidate))
        for (const { value, locate } of points) {
          for (const [key, chosen] of Object.entries(value)) {
            const [, index] = locate([key])
            const source = candidate[key]
            expect(Array.isArray(source) ? source[Number(index)] : source).toBe(chosen)
          }
        }
      }),
    )
  })

  test('of more than a thousand candidates is refused without being expanded', () => {
    const hundred = `[${Array.from({ length: 100 }, (_, i) => i + 1).join(', ')}]`
    const text = listed(
      `platform: cloud-run, cpu: 1, concurrency: ${hundred}, threads: ${hundred}, maxReplicas: ${hundred}, acceleratorCount: ${hundred}`,
    )
    expect(brief(text)).toEqual(['6:3 candidates: the lists span 100000000 candidates'])
  })

  test('with an empty list is refused at the list', () => {
    expect(brief(listed('platform: cloud-run, cpu: []'))).toEqual([
      '6:33 candidates[0].cpu: the list is empty',
    ])
  })

  test('places a problem at the list element that has it', () => {
    expect(brief(listed('platform: vertex, machineType: [n1-standard-2, n1-standrd-4]'))).toEqual([
      '6:54 candidates[0].machineType[1]: "n1-standrd-4" is not a machine type known here',
    ])
    expect(problems(listed('platform: vertex, machineType: n1-standrd-4'))[0]?.hint).toBe(
      'did you mean n1-standard-4?',
    )
  })
})

describe('completion', () => {
  test.each([
    [
      'platform: vertex, machineType: g2-standard-24',
      { accelerator: { type: 'nvidia-l4', count: 2 }, minReplicas: 1, maxReplicas: 10, threads: 1 },
    ],
    [
      'platform: vertex, machineType: n1-standard-4, accelerator: nvidia-tesla-t4',
      { accelerator: { type: 'nvidia-tesla-t4', count: 1 } },
    ],
    [
      'platform: cloud-run',
      {
        vcpus: 1,
        memoryGib: 0.5,
        concurrency: 80,
        billing: 'request-based',
        minReplicas: 0,
        maxReplicas: 100,
      },
    ],
    [
      'platform: functions, generation: 1',
      { memoryMib: 256, concurrency: 1, minReplicas: 0, maxReplicas: 100 },
    ],
    [
      'platform: gce, kind: vm, machineType: e2-standard-2, replicas: 3',
      { minReplicas: 3, maxReplicas: 3, diskGib: 20 },
    ],
    [
      'platform: gce, kind: mig, machineType: e2-standard-2, minReplicas: 20',
      { minReplicas: 20, maxReplicas: 20 },
    ],
    ['platform: vertex, machineType: n1-standard-2, minReplicas: 0', { minReplicas: 0, maxReplicas: 10 }],
  ])('{ %s } gets the defaults of its platform', (entry, completed) => {
    expect(read(listed(entry)).candidates[0]).toMatchObject(completed)
  })

  test('a region of its own comes before the one at the top', () => {
    expect(names('platform: vertex, machineType: n1-standard-2, region: us-east1')).toEqual([
      'vertex n1-standard-2 us-east1',
    ])
  })

  test('candidates that differ in disk or in the path of their url are two', () => {
    expect(names('platform: gce, kind: vm, machineType: e2-standard-2, disk: [20Gi, 50Gi]')).toHaveLength(2)
    expect(names('platform: cloud-run, url: ["https://h/a", "https://h/b"]')).toHaveLength(2)
  })
})

describe('what is refused', () => {
  test.each([
    [
      'platform: vertex, machineType: n1-standard-2, minReplicas: 5, maxReplicas: 2',
      'minReplicas: minReplicas 5 is over maxReplicas 2',
    ],
    [
      'platform: vertex, machineType: n1-standard-2, acceleratorCount: 2',
      'acceleratorCount: acceleratorCount without an accelerator',
    ],
    [
      'platform: gce, kind: vm, machineType: e2-standard-2, minReplicas: 2',
      'minReplicas: minReplicas is for kind mig: a vm does not scale',
    ],
    [
      'platform: gce, kind: mig, machineType: e2-standard-2, replicas: 2',
      'replicas: replicas is for kind vm',
    ],
    ['platform: functions, generation: 1, cpu: 1', 'cpu: cpu is for generation 2'],
    ['platform: functions, generation: 1, concurrency: 8', 'concurrency: concurrency 8 in generation 1'],
    ['platform: functions, generation: 3', 'generation: 3 is not one of 1, 2'],
    ['platform: vertex, machinetype: n1-standard-2', 'machinetype: unknown field "machinetype"'],
    ['platform: cloud-run, region: us-centrall', 'region: "us-centrall" is not known here'],
    [
      'platform: cloud-run, accelerator: nvidia-l5, acceleratorCount: 2',
      'accelerator: "nvidia-l5" is not one of',
    ],
    ['platform: cloud-run, url: 5, tokenEnv: T', 'url: 5 is not a text'],
    ['platform: cloud-run, tokenEnv: T', 'tokenEnv: tokenEnv without a url'],
    ['platform: cloud-run, url: "ftp://h/"', 'url: "ftp://h/" is not an http or https URL'],
    ['platform: cloud-run, url: "predict"', 'url: "predict" is not an http or https URL'],
    ['platform: cloud-run, url: "https://me:secret@h/"', 'url: the url holds a user name or password'],
    ['platform: cloud-run, cpu: .nan', 'cpu: NaN is not a number'],
    ['platform: cloud-run, cpu: .inf', 'cpu: Infinity is not a number'],
    ['platform: cloud-run, concurency: 4', 'concurency: unknown field "concurency"'],
    ['platform: cloud-run, memory: 512', 'memory: 512 is not a size with its unit'],
    ['machineType: n1-standard-2', 'platform: is missing'],
    ['platform: 5', 'platform: 5 is no platform'],
  ])('{ %s }', (entry, problem) => {
    const found = brief(listed(entry))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^6:\d+ candidates\[0\]\./)
    expect(found[0]).toContain(`candidates[0].${problem}`)
  })

  test('a url with a password is refused without repeating the password', () => {
    expect(
      JSON.stringify(problems(listed('platform: cloud-run, url: "https://me:secret@h/"'))),
    ).not.toContain('secret')
  })

  test('a candidate without any region', () => {
    expect(brief(scenarioText({ region: '' }))).toEqual(['4:14 candidates[0].region: is missing'])
  })

  test('the same candidate listed twice, at the second', () => {
    expect(brief(listed('platform: cloud-run, cpu: 1', 'platform: cloud-run'))).toEqual([
      '7:5 candidates[1]: "cloud-run 1cpu 0.5Gi c80 us-central1" is listed twice',
    ])
  })

  test.each([
    ['candidates: []', '5:13 candidates: at least one candidate is needed'],
    ['candidates: 7', '5:13 candidates: 7 is not a list'],
    ['candidates: [7]', '5:14 candidates[0]: 7 is not a mapping'],
    ['candidates: [[]]', '5:14 candidates[0]: [] is not a mapping'],
  ])('%s', (candidates, problem) => {
    expect(brief(scenarioText({ candidates }))).toEqual([problem])
  })
})

describe('how a machine is bought', () => {
  test('is in the name unless on demand, as are a disk of another type and a custom machine', () => {
    expect(
      names(
        'platform: gce, kind: vm, machineType: e2-standard-2, purchase: [on-demand, spot, commit-1yr]',
        'platform: gce, kind: mig, machineType: n2-custom-4-16384, purchase: commit-3yr, diskType: [pd-balanced, pd-ssd]',
        'platform: vertex, machineType: n1-standard-2, purchase: [on-demand, spot]',
      ),
    ).toEqual([
      'gce vm e2-standard-2 us-central1',
      'gce vm e2-standard-2 spot us-central1',
      'gce vm e2-standard-2 commit-1yr us-central1',
      'gce mig n2-custom-4-16384 commit-3yr us-central1',
      'gce mig n2-custom-4-16384 commit-3yr pd-ssd us-central1',
      'vertex n1-standard-2 us-central1',
      'vertex n1-standard-2 spot us-central1',
    ])
  })

  test('leaves no trace in a candidate that is on demand', () => {
    const [candidate] = read(
      listed('platform: gce, kind: vm, machineType: e2-standard-2, purchase: on-demand'),
    ).candidates
    expect(candidate).not.toHaveProperty('purchase')
    expect(candidate).not.toHaveProperty('diskType')
  })

  test.each([
    [
      'platform: vertex, machineType: n1-standard-2, purchase: commit-1yr',
      '"commit-1yr" is not one of on-demand, spot',
    ],
    [
      'platform: gce, kind: vm, machineType: n2-custom-3-4096',
      'cannot be: a custom n2 has 1 vCPU or an even number',
    ],
    ['platform: gce, kind: vm, machineType: e2-standard-2, diskType: local-ssd', '"local-ssd" is not one of'],
  ])('%s is refused', (entry, message) => {
    expect(brief(listed(entry)).join()).toContain(message)
  })
})
