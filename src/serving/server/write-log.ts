import type { RequestEntry } from './prediction-server.ts'

export interface ServerLog {
  readonly request: (entry: RequestEntry) => void
  readonly event: (severity: 'INFO' | 'WARNING' | 'ERROR', message: string, fields?: object) => void
}

export const silentLog: ServerLog = { request: () => {}, event: () => {} }

/**
 * One JSON object a line, with the fields that Cloud Logging knows from a container's output: `severity`, `message`,
 * `httpRequest`. Bodies are never logged, nor the query of a URL.
 */
export function jsonLog(write: (line: string) => void): ServerLog {
  const line = (severity: string, message: string, fields: object) => {
    write(`${JSON.stringify({ severity, time: new Date().toISOString(), message, ...fields })}\n`)
  }
  const request = (entry: RequestEntry) => {
    const { method, path, status, durationMs, requestBytes, replyBytes, remote, userAgent, ...rest } = entry
    const severity = status >= 500 ? 'ERROR' : status >= 400 ? 'WARNING' : 'INFO'
    const httpRequest = {
      requestMethod: method,
      requestUrl: path,
      status,
      latency: `${(durationMs / 1000).toFixed(6)}s`,
      requestSize: String(requestBytes),
      responseSize: String(replyBytes),
      remoteIp: remote,
      userAgent,
    }
    line(severity, `${method} ${path} ${status}`, { httpRequest, ...rest })
  }
  return { request, event: (severity, message, fields = {}) => line(severity, message, fields) }
}
