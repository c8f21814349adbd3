import { findElementType, type TensorElements } from '../element-types.ts'

/** Elements as they are read, while nobody knows yet how many there are. */
export class ElementStore {
  readonly type: string
  elements: TensorElements
  filled = 0
  /** @param expected how many there will be, where that is known */
  constructor(type: string, expected = 1024) {
    this.type = type
    this.elements = findElementType(type).allocate(expected)
  }

  /** Makes room for more, and returns the elements, which are others from now on. */
  grow(): TensorElements {
    const grown = findElementType(this.type).allocate(this.elements.length * 2 + 16)
    // Both are of one type, which the union hides.
    ;(grown as Float32Array).set(this.elements as Float32Array)
    this.elements = grown
    return grown
  }

  /** What was read, without the room for more. */
  finish(): TensorElements {
    const { elements, filled } = this
    return filled === elements.length ? elements : (elements.slice(0, filled) as TensorElements)
  }
}
