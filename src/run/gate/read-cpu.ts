import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that the threads of a process group have had so far, ms: those that still run. From Linux's scheduler, which
 * counts nanoseconds where `ps` has hundredths of a second. Undefined where the system does not tell.
 */
export function readCpuMs(group: number): number | undefined {
  const threads = list('/proc')
    .filter((name) => /^\d+$/.test(name) && groupOf(name) === group)
    .flatMap((process) => list(`/proc/${process}/task`).map((thread) => `/proc/${process}/task/${thread}`))
  const times = threads.flatMap((thread) => onCpuMs(thread) ?? [])
  return times.length === 0 ? undefined : times.reduce((sum, ms) => sum + ms, 0)
}

/** The fifth field of proc(5)'s stat; the second, a name, may hold spaces and brackets. */
function groupOf(process: string): number | undefined {
  const stat = read(`/proc/${process}/stat`)
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])
}

/** The first of three figures: time on a CPU, time waiting for one (ns), and how often. */
function onCpuMs(thread: string): number | undefined {
  const schedstat = read(`${thread}/schedstat`)
  return schedstat === undefined ? undefined : Number(schedstat.split(' ')[0]) / 1e6
}

/** What has ended meanwhile has no files any more. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
