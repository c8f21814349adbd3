import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { EmulatedProgram } from './emulated-program.ts'

/** Records what the real program shows of a saved run, view by view, into the README. */
const [run = 'test/fixtures/quickstart-run.json', gate = 'test/fixtures/quickstart-gate.json'] =
  process.argv.slice(2)
const FILE = 'README.md'
const BEGIN = '<!-- recorded by npm run screens -->'
const END = '<!-- end of what was recorded -->'
const [RIGHT, HOME] = ['\x1b[C', '\x1b[H']

const VIEWS: readonly (readonly [title: string, keys: readonly string[]])[] = [
  ['Candidates', []],
  ['Why', ['\r']],
  ['Frontier', ['3', RIGHT, RIGHT]],
  ['What if', ['4', RIGHT, RIGHT, RIGHT, RIGHT]],
  ['Compare', ['X', '1', HOME, '5', RIGHT, RIGHT]],
  ['Gate', ['6']],
]

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-screens-'))
copyFileSync(run, join(folder, 'run.json'))
copyFileSync(gate, join(folder, 'gate.json'))
const program = new EmulatedProgram([resolve('dist/cli/main.js'), 'explore', join(folder, 'run.json')])
const sections: string[] = []
for (const [title, keys] of VIEWS) {
  for (const key of keys) {
    program.type(key)
    await setTimeout(200)
  }
  sections.push(`\`\`\`\n${(await still(program)).join('\n').trimEnd()}\n\`\`\``)
  console.error(`${title} recorded`)
}
await program.end('q')
rmSync(folder, { recursive: true })
const [intro = '', rest = ''] = readFileSync(FILE, 'utf8').split(BEGIN)
const [, outro = ''] = rest.split(END)
writeFileSync(FILE, [intro, BEGIN, '\n\n', sections.join('\n\n'), '\n\n', END, outro].join(''))

/** The screen once everything on it is known and it has not changed for a second. */
async function still(shown: EmulatedProgram): Promise<string[]> {
  for (let before = ''; ; ) {
    await setTimeout(1000)
    const screen = shown.screen().map((line) => line.trimEnd())
    const isOpen = screen.some((line) => /… \d+\/\d+|… break|being worked out/.test(line))
    if (!isOpen && screen.join('\n') === before && screen[0]?.includes('Candidates')) return screen
    before = screen.join('\n')
  }
}
