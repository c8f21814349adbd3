import type { ErrorClass } from '../core/measurement.ts'
import type { Endpoint, Exchange } from './connection.ts'
import type { RequestForm } from './request-bytes.ts'

/** Connections over a load. */
export interface SocketCounts {
  opened: number
  /** Closed or broken by the other side. */
  died: number
  /** Requests sent once more, because the server had closed the idle connection that they were sent on. */
  retried: number
}

/** Hears how each request ended: one call for each, within `send` or later. */
export interface SenderListener {
  readonly nowMs: () => number
  /** The reply was read to its last byte, whatever its status. */
  replied(exchange: Readonly<Exchange>, status: number, inferenceMs: number | undefined): void
  failed(exchange: Readonly<Exchange>, outcome: ErrorClass, detail: string): void
}

export interface Sender {
  readonly sockets: Readonly<SocketCounts>
  readonly inFlight: number
  /** Sends now, with the payload of that number; the caller has seen that fewer than the most are in flight. */
  send(index: number, dueMs: number, begunMs: number, payload: number): void
  /** Ends what has taken too long. To be called every few ms. */
  sweep(nowMs: number): void
  close(): void
}

export interface SenderOptions extends Endpoint, RequestForm {
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
}

export type SenderClass = new (options: SenderOptions, listener: SenderListener) => Sender
