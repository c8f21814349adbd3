import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import type { HostFacts } from '../core/measurement.ts'
import { nameMicroarchitecture, parseCpuinfo } from './parse-cpuinfo.ts'

/** This machine. SIMD and micro-architecture are known on Linux on x86 only; elsewhere they are empty and null. */
export function describeHost(): HostFacts {
  const cpu = parseCpuinfo(readCpuinfo())
  const [first] = os.cpus()
  return {
    cpuModel: first?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGib: Math.round((availableBytes() / 2 ** 30) * 10) / 10,
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    onnxruntime: readOnnxruntimeVersion(),
    simd: cpu?.flags ?? [],
    microarchitecture: cpu && nameMicroarchitecture(cpu),
    mhz: first?.speed || (cpu?.mhz ?? 0),
  }
}

/** The container's limit where there is one below the machine's memory; without one Node reports 0 or 2^64. */
function availableBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem()
}

function readCpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

/** Of the installed package, without loading the runtime. */
function readOnnxruntimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
  return version
}
