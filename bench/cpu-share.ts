import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/** CPU time so far, s: of the whole machine, and of this process and another one. */
interface CpuTime {
  readonly allS: number
  readonly busyS: number
  readonly ownS: number
}

/** Ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const TICKS_PER_S = 100

/**
 * The share of this machine's CPU time that others took meanwhile, hypervisor included: how far a measurement was
 * disturbed. NaN where the system does not tell, as on macOS.
 *
 * @param pid of a process that belongs to the measurement, beside this one
 */
export function watchOthers(pid: number): () => number {
  const start = readCpuTime(pid)
  return () => {
    const end = readCpuTime(pid)
    const othersS = end.busyS - start.busyS - (end.ownS - start.ownS)
    return Math.max(0, othersS / (end.allS - start.allS))
  }
}

/** Share of the CPU time that others may take before a measurement begins, and how long to wait for that, ms. */
const QUIET = { ratio: 0.05, lookMs: 300, mostMs: 20_000 }

/** Waits until others leave the machine alone, for a while at most: what comes then is marked as disturbed. */
export async function untilQuiet(pid: number): Promise<void> {
  const lookMost = QUIET.mostMs / QUIET.lookMs
  for (let look = 0; look < lookMost; look++) {
    const othersSince = watchOthers(pid)
    await sleep(QUIET.lookMs)
    if (!(othersSince() > QUIET.ratio)) return
  }
}

function readCpuTime(pid: number): CpuTime {
  try {
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = readFileSync(
      '/proc/stat',
      'utf8',
    )
      .slice(4, 200)
      .trim()
      .split(/\s+/)
      .map(Number)
    const busy = user + nice + system + irq + soft + steal
    // After the name, which may hold spaces: utime and stime are fields 14 and 15, the state is field 3.
    const fields = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ').map(Number)
    const { user: ownUser, system: ownSystem } = process.cpuUsage()
    const server = ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_S
    return {
      allS: (busy + idle + wait) / TICKS_PER_S,
      busyS: busy / TICKS_PER_S,
      ownS: server + (ownUser + ownSystem) / 1e6,
    }
  } catch {
    return { allS: Number.NaN, busyS: Number.NaN, ownS: Number.NaN }
  }
}
