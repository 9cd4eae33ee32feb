import { shown } from './Shown.ts';

/*
 * What JavaScript does with fields and elements, told as text, for the same purpose as `Operations.ts`. Everything goes
 * through functions that are called with one kind of object after the other, since the interpreter remembers what it met.
 */

/** Read with a dot: what stands in brackets is an element to the interpreter, even a name. */
interface Loose {
  x?: unknown;
  y?: unknown;
  z?: unknown;
  length?: unknown;
}

class Point {
  readonly x: unknown;
  constructor(x: unknown) {
    this.x = x;
  }
  get y(): unknown {
    return this.x;
  }
  set y(value: unknown) {
    (this as Loose).z = value;
  }
}

/** A fresh object of each kind that has, lacks, computes, inherits or refuses a field `x`. */
const KINDS: readonly ((value: unknown) => unknown)[] = [
  (value) => ({ x: value }),
  (value) => ({ y: 1, x: value }),
  (value) => ({ a: 1, b: 2, c: 3, x: value, y: 4 }),
  (value) => ({ z: 0, x: value }),
  (value) => ({ y: '', z: [], x: value }),
  () => ({ y: 5 }),
  (value) => new Point(value),
  (value) => Object.create({ x: value }) as unknown,
  (value) => Object.freeze({ x: value }),
  (value) => Object.assign(() => 1, { x: value }),
  (value) => Object.assign([1, 2, 3], { x: value }),
  (value) => Object.assign(new Float64Array(2), { x: value }),
  (value) => ({
    get x() {
      return value;
    },
  }),
  (value) => Object.defineProperty({}, 'x', { value, writable: false, configurable: true }) as unknown,
  (value) => {
    const once: Loose = { x: 1, y: 2 };
    delete once.y;
    once.x = value;
    return once;
  },
  (value) => new Proxy({ x: value }, {}),
  () => null,
  () => undefined,
  () => 'text',
  () => 7,
  () => true,
];

const getX = (object: Loose): unknown => object.x;
const getFirst = (_: number, object: Loose): unknown => object.x;
const getLocal = (object: Loose): unknown => {
  const one = 1;
  const held = object;
  return [one, held.x, held.x];
};
const getInner = (object: { readonly inner: Loose }): unknown => object.inner.x;
const getLength = (object: Loose): unknown => object.length;
const setX = (object: Loose, value: unknown): unknown => {
  object.x = value;
  return object.x;
};
const setY = (object: Loose, value: unknown): unknown => {
  object.y = value;
  return [object.y, object.z, object.x];
};
const addX = (object: { x?: number }, value: number): unknown => {
  object.x! += value;
  return object.x;
};

/** QuickJS, however it is built, changes a field that it has read before, even one that is read only. */
function isReadOnly(object: unknown): boolean {
  return typeof object === 'object' && object !== null
    ? Object.getOwnPropertyDescriptor(object, 'x')?.writable === false
    : false;
}

function tried(act: () => unknown): string {
  try {
    const outcome = act();
    return Array.isArray(outcome) ? outcome.map(shown).join(' ') : shown(outcome);
  } catch (error) {
    return error instanceof Error ? error.name : 'thrown';
  }
}

/** What comes of fields, with each of these values in them, by value and kind of object. */
export function fieldOutcomes(values: readonly unknown[]): string[] {
  const outcomes: string[] = [];
  for (const value of values) {
    for (const make of KINDS) {
      const made = make(value) as Loose;
      outcomes.push(
        [
          tried(() => getX(made)),
          tried(() => getFirst(0, made)),
          tried(() => getLocal(made)),
          tried(() => getInner({ inner: made })),
          tried(() => getLength(made)),
          // Nobody else holds what is made here.
          tried(() => (make(value) as Loose).x),
          tried(() => getX(make(value) as Loose)),
          tried(() => setX(make(value) as Loose, value)),
          tried(() => setX(made, 1.5)),
          tried(() => setX(made, 'text')),
          tried(() => setX(made, [value])),
          tried(() => setX(made, 2)),
          tried(() => setY(made, value)),
          isReadOnly(made) ? '' : tried(() => addX(made as { x?: number }, 0.5)),
          tried(() => ((make(value) as Loose).x = value)),
        ].join(', '),
      );
    }
  }
  return outcomes;
}

/** Where a function meets several kinds under one name, it remembers some of them: here are all orders of three. */
const TURNS: readonly ((a: Loose, b: Loose, c: Loose) => unknown)[] = [
  (a, b, c) => [a.x, b.x, c.x, a.x, c.x, b.x, b.x, a.x],
  (a, b, c) => {
    b.x = a.x;
    c.x = b.x;
    a.x = c.x;
    return [a.x, b.x, c.x];
  },
  (a, b, c) => {
    a.x = [1];
    b.x = 'one';
    c.x = a.x;
    a.x = b.x;
    b.x = c.x;
    c.x = 0.5;
    return [a.x, b.x, c.x];
  },
  // What holds itself, and lets go of itself.
  (a, b, c) => {
    a.x = a;
    b.x = a;
    a.x = b;
    c.x = c;
    c.x = null;
    a.x = a;
    b.x = undefined;
    return [a.x === a, b.x, c.x];
  },
  (a, b, c) => {
    const held = [a.x, b.x, c.x];
    a.x = b.x = c.x = held;
    a.x = 1;
    b.x = held[0];
    return [a.x, b.x, (c.x as unknown[]).length];
  },
];

/** What comes of fields where kinds of objects take turns, every three of those that can be written. */
export function turnOutcomes(): string[] {
  const kinds = KINDS.filter((make) => {
    const made = make(1) as Loose;
    return typeof made === 'object' && made !== null && !isReadOnly(made) && Object.isExtensible(made);
  });
  const outcomes: string[] = [];
  for (const first of kinds) {
    for (const second of kinds) {
      for (const third of kinds) {
        const made = (): [Loose, Loose, Loose] => [
          first([1]) as Loose,
          second('two') as Loose,
          third(0.5) as Loose,
        ];
        outcomes.push(TURNS.map((turn) => tried(() => turn(...made()))).join(', '));
      }
    }
  }
  return outcomes;
}

type Elements = Record<number, number>;

/** A fresh array of each kind. */
const ARRAYS: readonly (() => unknown)[] = [
  () => Float64Array.of(0.5, -0, 3),
  () => Float32Array.of(0.5, -0, 3),
  () => Int32Array.of(1, -2, 3),
  () => Uint32Array.of(1, 4294967295, 2147483648),
  () => Int16Array.of(1, -2, 3),
  () => Uint16Array.of(1, 65535, 3),
  () => Int8Array.of(1, -2, 3),
  () => Uint8Array.of(1, 255, 3),
  () => Uint8ClampedArray.of(1, 255, 3),
  () => new Float64Array(Float64Array.of(9, 8, 0.25, 6).buffer, 8, 2),
  () => Float64Array.of(),
  () => [0.5, 'text', { x: 1 }],
  // With a hole.
  () => Object.assign([1], { 2: 3 }),
  () => Object.freeze([1, 2, 3]),
  () => ({ 0: 'zero', 1: 1, length: 2 }),
  () => 'text',
  () => null,
  () => undefined,
  () => 5,
];
/** Not NaN: QuickJS, however it is built, keeps a field of that name in arrays of numbers. */
const INDICES = [0, 1, 2, 3, 4, -1, -0, 0.5, 2 ** 31, 2 ** 32, '1', 'x', null, true] as unknown[];

const getAt = (array: Elements, index: number): unknown => array[index];
const setAt = (array: Elements, index: number, value: number): unknown => {
  array[index] = value;
  return [array[index], Object.keys(array).length];
};
const setBoth = (array: Elements, index: number, value: number): unknown => {
  const before = (array[index] = value);
  return [before, array[index]];
};
const changeAt = (array: Elements, index: number, value: number): unknown => {
  array[index]! += value;
  array[index]! *= 2;
  array[index]! -= value * 0.5;
  return [array[index]!++, ++array[index]!, array[index]];
};
const swapAt = (array: Elements, i: number, j: number): unknown => {
  [array[i], array[j]] = [array[j]!, array[i]!];
  return [array[i], array[j]];
};

/** What comes of elements, by kind of array and by index, with each of these values put there. */
export function elementOutcomes(values: readonly unknown[]): string[] {
  const outcomes: string[] = [];
  for (const make of ARRAYS) {
    const made = make() as Elements;
    for (const given of INDICES) {
      const index = given as number;
      const told = [
        tried(() => getAt(made, index)),
        tried(() => getAt(make() as Elements, index)),
        tried(() => (make() as Elements)[index]),
        tried(() => swapAt(make() as Elements, index, 0)),
      ];
      for (const value of values as readonly number[]) {
        told.push(
          tried(() => setAt(make() as Elements, index, value)),
          tried(() => setBoth(make() as Elements, index, value)),
          tried(() => changeAt(make() as Elements, index, value)),
          tried(() => ((make() as Elements)[index] = value)),
        );
      }
      outcomes.push(told.join(', '));
    }
  }
  return outcomes;
}

/** In which order an assignment's parts are asked for, and what it says if there is nothing to assign to. */
export function orderOutcomes(): string[] {
  const said: string[] = [];
  const say = <T>(name: string, value: T): T => {
    said.push(name);
    return value;
  };
  const assign = (array: unknown, index: number) => {
    say('array', array as Elements)[say('index', index)] = say('value', 4);
  };
  const key = { toString: () => say('text', '1') } as unknown as number;
  const outcome = (array: unknown, index: number): string => {
    said.length = 0;
    const end = tried(() => assign(array, index));
    return `${said.join(' ')}: ${end}`;
  };
  const bases = [null, undefined, [1, 2, 3], Float64Array.of(1, 2), {}];
  return [
    ...bases.flatMap((array) =>
      [1, 7, Symbol.iterator as unknown as number].map((index) => outcome(array, index)),
    ),
    ...bases.slice(2).map((array) => outcome(array, key)),
  ];
}

/** Not-a-numbers of all kinds, as bytes can hold them: some have the bits of what would be a pointer. */
export function nanOutcomes(): string[] {
  const bytes = new ArrayBuffer(16);
  const words = new Uint32Array(bytes);
  const doubles = new Float64Array(bytes);
  const highs = [0x7ff00000, 0x7ff80000, 0x7fffffff, 0xfff00000, 0xfff80000, 0xffffffff];
  const others = Array.from({ length: 20 }, (_, i) => [0x7ff80000 + i, 0xfff80000 + i]).flat();
  return [...highs, ...others].map((high) => {
    words.set([1, high, 8, high]);
    const read = getAt(doubles, 0);
    const changed = changeAt(doubles, 1, 0.5);
    return `${shown(read)} ${shown((read as number) * 2 + 1)} ${String(changed)} ${String(doubles[0] === read)}`;
  });
}

const fresh = (x: number) => ({ x });
const list = (x: number): number[] => [x];

/**
 * Makes many objects, arrays and values, reads and writes each in every way, and keeps none: an interpreter that forgets
 * to let one go needs ever more heap.
 */
export function churned(times: number): string[] {
  let sum = 0;
  for (let i = 0; i < times; i++) {
    const object: Loose = { x: [i] };
    const values = [[i], [i + 1]] as unknown as Elements;
    const doubles = Float64Array.of(i, 0.5);
    const words = Uint32Array.of(i);
    getX(object);
    getLocal(object);
    getInner({ inner: object });
    setX(object, values);
    setX(object, `a text of its own: ${String(i)}`);
    setX(object, object);
    setX(object, [i]);
    setX(object, i);
    setX(object, 0.5);
    for (const turn of TURNS) {
      turn(object, fresh(i) as Loose, { y: i, x: values });
      object.x = i;
    }
    getAt(values, 0);
    setAt(values, 1, i);
    sum += (getAt(doubles, 1) as number) + (getAt(words, 0) as number);
    setAt(doubles, 0, 0.25);
    setBoth(doubles, 0, i);
    changeAt(doubles, 1, 0.25);
    swapAt(values, 0, 1);
    // Nobody holds these.
    sum += fresh(i).x + list(i)[0]! + Float64Array.of(i, 2)[1]!;
    fresh(i).x = 1;
    list(i)[0] = 1;
    Float64Array.of(i)[0] = 1;
  }
  return [shown(sum)];
}
