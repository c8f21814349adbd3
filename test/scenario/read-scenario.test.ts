import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { UserError } from '../../src/core/errors.ts'
import { readScenario } from '../../src/scenario/read-scenario.ts'
import { MODEL, scenarioText, useScenarios } from './write-scenario.ts'

const { folder, file, read, problems, brief } = useScenarios()

describe('a sound scenario', () => {
  test('is completed with every default', () => {
    expect(read(scenarioText())).toMatchObject({
      name: 's',
      file,
      model: {
        file: MODEL,
        encoding: 'json',
        inputs: { x: { shape: [1, 3, 48, 192], values: { from: 'uniform', low: 0, high: 1 } } },
      },
      slo: { latencyMs: { p95: 200 }, errorRatio: 0.001 },
      traffic: { rps: 5 },
      load: {
        requests: 300,
        warmupRequests: 30,
        startups: 3,
        timeoutMs: 10_000,
        arrivals: 'poisson',
        seed: 1,
      },
      assumptions: { networkMs: { low: 1, value: 3, high: 10 }, targetUtilization: 0.6 },
    })
  })

  test('is read in the units of its fields', () => {
    const { slo, traffic, assumptions } = read(
      scenarioText({
        slo: 'slo: { p50: 1500us, p999: 1.5s, errors: 1% }',
        traffic: 'traffic: { rate: 90/min, burst: { rate: 120 rps, perDay: 90min } }',
        more: 'assumptions: { network: 0ms, targetUtilization: 75%, n1VcpuPerLocalCore: 0.5 }',
      }),
    )
    expect(slo).toEqual({ latencyMs: { p50: 1.5, p999: 1500 }, errorRatio: 0.01 })
    expect(traffic).toEqual({ rps: 1.5, burst: { rps: 120, hoursPerDay: 1.5 } })
    expect(assumptions).toEqual({
      networkMs: { low: 0, value: 0, high: 0 },
      targetUtilization: 0.75,
      n1VcpuPerLocalCore: 0.5,
    })
  })

  test('has the SHA-256 of its bytes', () => {
    expect(read(scenarioText()).sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(read(scenarioText()).sha256).not.toBe(read(`${scenarioText()}\n# a comment`).sha256)
  })

  test('finds a model and input values relative to its own folder, absolute, and in packages', () => {
    mkdirSync(join(folder, 'models'), { recursive: true })
    for (const name of ['m.onnx', 'x.f32']) writeFileSync(join(folder, 'models', name), '')
    const withModel = (model: string, values: string) =>
      read(
        scenarioText({
          model: `model: { file: "${model}", inputs: { x: { shape: [1], file: "${values}" } } }`,
        }),
      ).model
    const [model, values] = [join(folder, 'models/m.onnx'), join(folder, 'models/x.f32')]
    const relative = withModel('./models/m.onnx', 'models/x.f32')
    expect([relative.path, relative.inputs.x?.values]).toEqual([model, { from: 'file', path: values }])
    const absolute = withModel(model, values)
    expect([absolute.path, absolute.inputs.x?.values]).toEqual([model, { from: 'file', path: values }])
    const packaged = withModel(MODEL, MODEL)
    expect(isAbsolute(packaged.path)).toBe(true)
    expect(packaged.inputs.x?.values).toEqual({ from: 'file', path: packaged.path })
  })

  test('may repeat itself with anchors and aliases', () => {
    const candidates = 'candidates:\n  - &a { platform: vertex, machineType: &m n1-standard-2 }\n'
    const { candidates: found } = read(
      scenarioText({ candidates: `${candidates}  - { platform: gce, kind: vm, machineType: *m }` }),
    )
    expect(found.map(({ name }) => name)).toEqual([
      'vertex n1-standard-2 us-central1',
      'gce vm n1-standard-2 us-central1',
    ])
  })

  test('may begin with a byte order mark, as some editors write it', () => {
    expect(read(`\uFEFF${scenarioText()}`).candidates).toHaveLength(1)
  })

  test.each(readdirSync('scenarios').filter((name) => name.endsWith('.yaml')))('is scenarios/%s', (name) => {
    const { scenario } = readScenario(join('scenarios', name))
    expect(`${scenario.name}.yaml`).toBe(name)
    expect(scenario.candidates.length).toBeGreaterThan(1)
  })

  test('is each of at least four examples, and the quickstart has twelve candidates on all platforms', () => {
    expect(readdirSync('scenarios').filter((name) => name.endsWith('.yaml')).length).toBeGreaterThanOrEqual(4)
    const { candidates } = readScenario('scenarios/quickstart.yaml').scenario
    expect(candidates.length).toBeGreaterThanOrEqual(12)
    expect(new Set(candidates.map(({ platform }) => platform)).size).toBe(4)
    expect(new Set(candidates.flatMap((each) => ('kind' in each ? [each.kind] : []))).size).toBe(2)
    expect(new Set(candidates.flatMap((each) => ('generation' in each ? [each.generation] : []))).size).toBe(
      2,
    )
  })
})

describe('every problem at once', () => {
  test('a file with many different mistakes reports each with its line, column and field', () => {
    const text = [
      'regoin: us-central1', //              1 unknown key
      'model:',
      '  file: nowhere.onnx', //             3 no such file
      '  inputs:',
      '    x: { shape: [1, 3, "48"] }', //   5 a text for a number
      'slo:',
      '  p95: 200', //                       7 no unit
      '  errors: 150%', //                   8 over 100%
      'traffic: { rate: 5 ms }', //          9 a wrong unit
      'load: { requests: 3 }', //           10 too few
      'candidates:',
      '  - platform: vertx', //             12 unknown platform
      '  - { platform: vertex, region: us-centrall, machineType: n1-standard-2 }', // 13
      '  - { platform: gce, kind: vm, region: us-east1, machineType: n1-standard-5 }', // 14
      '  - { platform: cloud-run, region: us-east1, cpu: [1, two], memory: 2 }', // 15: twice
      '  - { platform: vertex, region: us-east1 }', // 16 missing
    ].join('\n')
    expect(brief(text)).toEqual([
      '1:1 regoin: unknown field "regoin"',
      '3:9 model.file: model file nowhere.onnx does not exist',
      '5:24 model.inputs.x.shape[2]: "48" is not a whole number from 1 to 100000000',
      '7:8 slo.p95: 200 is not a duration with its unit',
      '8:11 slo.errors: "150%" is not a share between 0% and 100%',
      '9:18 traffic.rate: "5 ms" is not a rate with its unit',
      '10:19 load.requests: 3 is not a whole number from 20 to 1000000',
      '12:15 candidates[0].platform: "vertx" is no platform',
      '13:33 candidates[1].region: "us-centrall" is not known here',
      '14:63 candidates[2].machineType: "n1-standard-5" is not a machine type known here',
      '15:55 candidates[3].cpu[1]: "two" is not a number of vCPUs',
      '15:69 candidates[3].memory: 2 is not a size with its unit',
      '16:5 candidates[4].machineType: is missing',
    ])
    const hints = problems(text).map(({ hint }) => hint)
    expect(hints[0]).toBe('did you mean region?')
    expect(hints[7]).toBe('did you mean vertex?')
    expect(hints[8]).toBe('did you mean us-central1?')
    expect(hints[3]).toContain('200ms')
  })

  test('sections that are missing are named, all of them', () => {
    expect(problems('region: us-central1').map(({ field, message }) => `${field} ${message}`)).toEqual([
      'model is missing',
      'slo is missing',
      'traffic is missing',
      'candidates is missing',
    ])
  })

  test('a wrong combination is reported although a field beside it is wrong too', () => {
    expect(brief(scenarioText({ slo: 'slo: { p95: 200ms, p99: 100ms, errors: 5 }' }))).toEqual([
      '3:25 slo.p99: p99 is tighter than p95',
      '3:40 slo.errors: 5 is not a share between 0% and 100%',
    ])
  })

  test.each([
    ['slo: { p95: 200 }', 'slo.p95'],
    ['slo: { p59: 200ms }', 'slo.p59'],
    ['slo: { p95: 1s }\nregoin: us-east1', 'regoin'],
  ])('one mistake is one problem: %j', (slo, field) => {
    const region = field === 'regoin' ? '' : 'region: us-central1'
    expect(problems(scenarioText({ region, slo })).map((problem) => problem.field)).toEqual([field])
  })

  test('a section whose key is misspelt is one problem, that of the key', () => {
    const text = scenarioText({ traffic: 'trafic: { rate: 5 rps }' })
    expect(brief(text)).toEqual(['4:1 trafic: unknown field "trafic"'])
  })

  test('a mistake that many points of a grid share is reported once', () => {
    const grid = '{ platform: cloud-run, cpu: [1, 2, 4], concurrency: [1, 2], memory: 2 }'
    expect(brief(scenarioText({ candidates: `candidates: [${grid}]` }))).toEqual([
      '5:82 candidates[0].memory: 2 is not a size with its unit',
    ])
  })
})

describe('combinations', () => {
  test.each([
    ['slo: { errors: 1% }', '3:6 slo: no latency limit'],
    ['slo: { p50: 1s, p999: 10ms }', '3:23 slo.p999: p999 is tighter than p50'],
    ['slo: { p50: 1s, errors: 100% }', '3:25 slo.errors: an error limit of 100% excludes nothing'],
  ])('%s is refused', (slo, problem) => {
    expect(brief(scenarioText({ slo }))).toEqual([problem])
  })

  test.each([
    ['burst: { rate: 5 rps, perDay: 1h }', '4:40 traffic.burst.rate: the burst is not above the flat rate'],
    ['burst: { rate: 4 rps, perDay: 1h }', '4:40 traffic.burst.rate: the burst is not above the flat rate'],
    [
      'burst: { rate: 9 rps, perDay: 24h }',
      '4:55 traffic.burst.perDay: a burst of a whole day is the flat rate',
    ],
  ])('a flat rate of 5 rps with %s is refused', (burst, problem) => {
    expect(brief(scenarioText({ traffic: `traffic: { rate: 5 rps, ${burst} }` }))).toEqual([problem])
  })

  test.each([
    ['assumptions: { targetUtilization: 0% }', '6:35 assumptions.targetUtilization: must be over 0'],
    ['assumptions: { n1VcpuPerLocalCore: -1 }', '6:36 assumptions.n1VcpuPerLocalCore: must be over 0'],
    ['load: { timeout: 1000h }', '6:18 load.timeout: the timeout is over 1h'],
    ['load: { timeout: 0s }', '6:18 load.timeout: "0s" is not a duration with its unit'],
    ['load: { seed: 1.5 }', '6:15 load.seed: 1.5 is not a whole number from 0 to 2147483647'],
    ['load: { arrivals: uniform }', '6:19 load.arrivals: "uniform" is not one of poisson, constant'],
  ])('%s is refused', (more, problem) => {
    expect(brief(scenarioText({ more }))).toEqual([problem])
  })

  test.each([
    ['shape: [1], low: 2, high: 2', 'x.low: low 2 is not below high 2'],
    ['shape: [1], constant: 1, file: nope.f32', 'x.constant: constant and file exclude each other'],
    ['shape: [1], file: nope.f32', 'x.file: input file nope.f32 does not exist'],
    ['shape: [100000000, 100000000]', 'x.shape: the input has 10000000000000000 values'],
    ['shape: [-1]', 'x.shape[0]: -1 is not a whole number from 1 to 100000000'],
    ['shape: 5', 'x.shape: 5 is not a list'],
  ])('an input of {%s} is refused', (input, problem) => {
    const found = brief(scenarioText({ model: `model: { file: "${MODEL}", inputs: { x: { ${input} } } }` }))
    expect(found[0]).toMatch(/^2:\d+ model\.inputs\./)
    expect(found[0]).toContain(problem)
  })

  test.each([
    ['"npm:@gutenye/nothing/m.onnx"', 'does not exist', 'npm install @gutenye/nothing'],
    ['.', 'is a folder', 'name the .onnx file'],
    ['gone.onnx', 'does not exist', 'looked for '],
  ])('the model %s %s', (model, message, hint) => {
    const [problem] = problems(scenarioText({ model: `model: { file: ${model}, inputs: {} }` }))
    expect(problem?.message).toContain(message)
    expect(problem?.hint).toContain(hint)
  })
})

describe('files that are no scenario', () => {
  test.each([
    ['', 'the file is empty'],
    ['# only a comment\n', 'the file is empty'],
    ['just words', '"just words" is not a mapping'],
    ['42', '42 is not a mapping'],
    ['- a\n- b', '["a","b"] is not a mapping'],
  ])('%j: %s', (text, message) => {
    expect(problems(text).map((problem) => problem.message)).toContain(message)
  })

  test.each([
    ['a: [1, 2', 1, 9],
    ['slo:\n\tp95: 1s', 2, 1],
    ['a: 1\nb: "open', 2, 9],
    ['a: 1\nb: 2\na: 3', 3, 1],
    ['a: 1\n---\nb: 2', 2, 1],
    ['load: &l { requests: *l }', 1, 22],
    ['candidates: &c [*c]', 1, 17],
  ])('the syntax error of %j is placed at line %d, column %d', (text, line, column) => {
    const [problem] = problems(text)
    expect(problem?.message).toMatch(/^not valid YAML: /)
    expect([problem?.line, problem?.column]).toEqual([line, column])
  })

  test('an alias without its anchor is named', () => {
    expect(
      problems('slo: *limits')
        .map(({ message }) => message)
        .join(),
    ).toContain('limits')
  })

  test('aliases that multiply into billions are refused instead of expanded', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`
    const letters = [...'abcdefghijklmnop']
    const text = letters
      .map((name, i) => (i === 0 ? 'a: &a [x]' : level(name, letters[i - 1] ?? '')))
      .join('\n')
    expect(problems(text)).toEqual([{ message: expect.stringContaining('Excessive alias count') }])
  })

  test.each([
    ['UTF-16', Buffer.from(`\uFEFF${scenarioText()}`, 'utf16le')],
    ['Latin-1', Buffer.from(`# é\n${scenarioText()}`, 'latin1')],
    ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ])('%s is said not to be UTF-8', (_, bytes) => {
    expect(problems(bytes)).toEqual([{ message: 'the file is not UTF-8 text', hint: 'save it as UTF-8' }])
  })

  test('a path without a file, or of a folder, says so', () => {
    expect(() => readScenario(join(folder, 'none.yaml'))).toThrow('does not exist')
    expect(() => readScenario(folder)).toThrow('is a folder')
  })
})

describe('whatever the file holds', () => {
  const known = fc.constantFrom(
    ...['region', 'model', 'slo', 'traffic', 'load', 'assumptions', 'candidates', 'file', 'inputs', 'x'],
    ...[
      'shape',
      'p95',
      'rate',
      'burst',
      'perDay',
      'platform',
      'machineType',
      'cpu',
      'memory',
      'url',
      '__proto__',
      'toString',
    ],
  )
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      'vertex',
      'cloud-run',
      'gce',
      'vm',
      '5 rps',
      '200ms',
      'n1-standard-2',
      'http://h',
      '',
      null,
    ),
    fc.double(),
    fc.string(),
    fc.boolean(),
  )
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(known, fc.string()), tie('tree'), { maxKeys: 6 }),
    ),
  }))

  /** Reads it; anything that is thrown but a UserError fails the test. */
  const survives = (text: string) => {
    for (const problem of problems(text)) {
      expect(problem.message).not.toBe('')
      expect(problem.line ?? 1).toBeGreaterThanOrEqual(1)
    }
  }

  test('any tree is read or refused with a user error', () => {
    fc.assert(
      fc.property(tree, (value) => survives(stringify(value))),
      { numRuns: 300 },
    )
  })

  test('any value in any place of a sound scenario is read or refused with a user error', () => {
    const at = fc.constantFrom(
      'model',
      'slo',
      'traffic',
      'load',
      'assumptions',
      'candidates',
      'region',
      'name',
    )
    const sound = {
      region: 'us-central1',
      model: { file: MODEL, inputs: { x: { shape: [1] } } },
      slo: { p95: '1s' },
      traffic: { rate: '1 rps' },
      candidates: [{ platform: 'vertex', machineType: 'n1-standard-2' }],
    }
    fc.assert(
      fc.property(at, tree, (key, value) => survives(stringify({ ...sound, [key]: value }))),
      { numRuns: 300 },
    )
  })

  test('any text is read or refused with a user error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), survives), { numRuns: 300 })
  })

  test.each([
    'region: { toString: 1 }',
    'region: null',
    'slo: { __proto__: 5 }',
    '__proto__: { region: x }',
    'candidates: [{ region: { toString: 1 } }]',
  ])('%s is refused with a user error', (text) => {
    expect(problems(text).length).toBeGreaterThan(0)
    survives(scenarioText({ region: '', more: text.startsWith('region') ? text : '' }))
  })

  test('a problem is always a UserError with the name of the file', () => {
    writeFileSync(file, 'slo: 5')
    const thrown = catchError(() => readScenario(file))
    expect(thrown).toBeInstanceOf(UserError)
    expect((thrown as UserError).problems.every((problem) => problem.file === file)).toBe(true)
  })
})

function catchError(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}
