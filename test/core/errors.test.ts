import { describe, expect, test } from 'vitest'
import { formatProblem, UserError, WorldError } from '../../src/core/errors.ts'

describe('a problem in words', () => {
  test('has place, field, message and the hint on its own line', () => {
    const problem = {
      file: 's.yaml',
      line: 3,
      column: 7,
      field: 'slo.p95',
      message: 'is missing',
      hint: 'add it',
    }
    expect(formatProblem(problem)).toBe('s.yaml:3:7 slo.p95: is missing\n    add it')
  })

  test('leaves out what is not known', () => {
    expect(formatProblem({ message: 'no run' })).toBe('no run')
    expect(formatProblem({ file: 's.yaml', message: 'is empty' })).toBe('s.yaml: is empty')
    expect(formatProblem({ file: 's.yaml', line: 1, column: 1, field: '', message: 'm' })).toBe(
      's.yaml:1:1: m',
    )
    expect(formatProblem({ field: 'slo', message: 'm' })).toBe('slo: m')
  })
})

describe('the kinds of error', () => {
  test('a user error carries all its problems, one or many', () => {
    expect(new UserError({ message: 'one' }).problems).toEqual([{ message: 'one' }])
    const two = new UserError([{ message: 'one' }, { message: 'two' }])
    expect(two.problems).toHaveLength(2)
    expect(two.message).toBe('one; two')
    expect(two.name).toBe('UserError')
  })

  test('a world error carries its cause and its hint', () => {
    const cause = new Error('ENOSPC')
    const error = new WorldError('cannot write', { cause, hint: 'free some space' })
    expect([error.cause, error.hint, error.name]).toEqual([cause, 'free some space', 'WorldError'])
    expect(new WorldError('alone').hint).toBeUndefined()
  })
})
