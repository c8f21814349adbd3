import { execFileSync } from 'node:child_process'

/** Builds dist/ before the tests: those of the command line run what users run. */
export default function buildOnce(): void {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
}
