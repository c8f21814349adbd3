import type { Reporter, TestModule } from 'vitest/node'

/** Ends a test run with one plain line, `N passed, N failed, N skipped`, for people and machines that count. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    let broken = errors.length
    for (const module of modules) {
      if (module.errors().length > 0) broken += 1
      for (const test of module.children.allTests()) count[test.result().state] += 1
    }
    // After every other reporter, whose last lines are written in the same tick.
    process.once('exit', () => {
      console.log(
        `${count.passed} passed, ${count.failed + broken} failed, ${count.skipped + count.pending} skipped`,
      )
    })
  }
}
