import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Answer } from '../tui/explore/explorer.ts'
import type { Question } from '../tui/explore/question.ts'
import type { AdviceWorkerData, FromAdvisor, ToAdvisor } from './advice-worker.ts'

type Hear = (answer: Answer) => void

/** Rest after an answer before break-evens are sought, which takes a core for as long as it takes, ms. */
const REST_MS = 400

/**
 * Advises in threads of their own: one that answers and foresees, and one that looks at other traffic once an answer
 * has been looked at for a moment. The latter is ended when another question is asked.
 */
export class BackgroundAdvisor {
  readonly #data: AdviceWorkerData
  readonly #answering: AdviceThread
  #whole: AdviceThread | undefined
  #rest: NodeJS.Timeout | undefined
  #onCrash: (error: Error) => void

  constructor(data: AdviceWorkerData, onCrash: (error: Error) => void) {
    this.#data = data
    this.#onCrash = onCrash
    this.#answering = new AdviceThread(data, onCrash)
  }

  ask(question: Question, hear: Hear): void {
    this.#leaveWhole()
    this.#answering.ask(question, false, (answer) => {
      hear(answer)
      if (answer.kind === 'advice') this.#rest = setTimeout(() => this.#seekWhole(question, hear), REST_MS)
    })
  }

  foresee(questions: readonly Question[]): void {
    if (questions.length > 0) this.#answering.tell({ kind: 'foresee', questions })
  }

  close(): Promise<unknown> {
    this.#leaveWhole()
    return this.#answering.close()
  }

  #seekWhole(question: Question, hear: Hear): void {
    this.#whole = new AdviceThread(this.#data, this.#onCrash)
    this.#whole.ask(question, true, (answer) => {
      if (answer.kind === 'progress') return
      this.#leaveWhole()
      hear(answer)
    })
  }

  #leaveWhole(): void {
    clearTimeout(this.#rest)
    void this.#whole?.close()
    this.#whole = undefined
  }
}

type Untold = ToAdvisor extends infer M ? (M extends ToAdvisor ? Omit<M, 'id'> : never) : never

/** One thread that advises; only what it says to the last message is heard. */
class AdviceThread {
  readonly #worker: Worker
  #last = 0
  #asked = 0
  #hear: Hear = () => {}
  #isClosed = false

  constructor(data: AdviceWorkerData, onCrash: (error: Error) => void) {
    const entry = new URL(`./advice-worker${extname(import.meta.url)}`, import.meta.url)
    this.#worker = new Worker(entry, { workerData: data })
    this.#worker.on('message', ({ id, ...answer }: FromAdvisor) => {
      if (id === this.#asked && !this.#isClosed) this.#hear(answer)
    })
    this.#worker.on('error', (error) => {
      if (!this.#isClosed) onCrash(error)
    })
  }

  ask(question: Question, isWhole: boolean, hear: Hear): void {
    this.#hear = hear
    this.tell({ kind: 'ask', question, isWhole })
    this.#asked = this.#last
  }

  tell(message: Untold): void {
    this.#last++
    this.#worker.postMessage({ ...message, id: this.#last })
  }

  close(): Promise<unknown> {
    this.#isClosed = true
    return this.#worker.terminate()
  }
}
