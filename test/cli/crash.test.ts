import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useTmux } from '../fixtures/tmux.ts'
import { useFolder } from './plimsoll.ts'

const { folder } = useFolder()
const open = useTmux(folder)
const command = `'${process.execPath}' '${resolve('test/fixtures/crashing.mjs')}'`

describe.each(['alternate', 'main'])('a crash on the %s screen', (screen) => {
  test.each([
    ['v', 'broken by a view'],
    ['k', 'broken by a key'],
    ['r', 'broken by a promise'],
    ['t', 'broken by a timer'],
  ])('by %s restores the terminal, tells what happened and ends with its code', async (key, message) => {
    const terminal = open(80, 24, `${command} ${screen}; echo "ended with $?"`)
    await terminal.shows('ready')
    expect(terminal.isAlternate).toBe(screen === 'alternate')
    terminal.keys(key)
    await terminal.shows(message, 'ended with 3')
    expect(terminal.isAlternate).toBe(false)
    expect(terminal.isCursorShown).toBe(true)
    terminal.keys('clear; stty -a', 'Enter')
    await terminal.shows('isig icanon', ' echo')
    terminal.close()
  })
})
