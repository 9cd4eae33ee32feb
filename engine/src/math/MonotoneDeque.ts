/*
 * The largest of the last n values, amortised O(1): a ring that holds only values no later one has surpassed.
 * Feed negated values for the smallest.
 */
export class MonotoneDeque {
  values: Float64Array;
  times: Float64Array;
  head = 0;
  length = 0;
  time = 0;

  constructor(n: number) {
    this.values = new Float64Array(n);
    this.times = new Float64Array(n);
  }
}

export function createMonotoneDeque(n: number): MonotoneDeque {
  return new MonotoneDeque(n);
}

/** Takes one value and returns the largest of the last n, this one included. */
export function monotoneDequeStep(deque: MonotoneDeque, value: number): number {
  const { values, times } = deque;
  const n = values.length;
  const time = deque.time;
  let head = deque.head;
  let length = deque.length;
  if (length > 0 && (times[head] as number) <= time - n) {
    head = head + 1 === n ? 0 : head + 1;
    length--;
  }
  while (length > 0) {
    const last = head + length - 1;
    if ((values[last < n ? last : last - n] as number) > value) break;
    length--;
  }
  const slot = head + length < n ? head + length : head + length - n;
  values[slot] = value;
  times[slot] = time;
  deque.head = head;
  deque.length = length + 1;
  deque.time = time + 1;
  return values[head] as number;
}
