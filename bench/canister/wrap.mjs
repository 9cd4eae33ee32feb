/**
 * Appends to a bundle what counts the calls and instructions of its own top-level functions: those of `PARTS`, or all.
 * The counting is taken off again: what an empty function seems to cost, and what its caller pays for it.
 *
 * @param {string} code
 * @param {readonly string[] | null} parts null: every function
 */
export function wrapFunctions(code, parts = null) {
  const names = functionsOf(code).filter((name) => parts === null || parts.includes(plain(name)));
  return `${code}
const _names = ${JSON.stringify(names)};
const _counts = { calls: _names.map(() => 0), self: _names.map(() => 0), all: _names.map(() => 0) };
globalThis._profile = undefined;
let _inner = 0, _waste = 0, _own = 0, _outer = 0;
const _now = () => Number(globalThis._azleIc.performanceCounter(0));
function _wrap(i, f) {
  return function (a, b, c, d, e, g, h, j, k, l) {
    const inner = _inner;
    const waste = _waste;
    _inner = 0;
    const from = _now();
    const r = f.call(this, a, b, c, d, e, g, h, j, k, l);
    const took = _now() - from - _own;
    _counts.calls[i]++;
    _counts.self[i] += took - _inner;
    _counts.all[i] += took - (_waste - waste);
    _inner = inner + took + _outer;
    _waste += _outer;
    return r;
  };
}
function _empty() {}
globalThis._calibrate = () => {
  if (_outer !== 0) return;
  const wrapped = _wrap(0, _empty);
  wrapped();
  _counts.all[0] = 0;
  const a = _now();
  for (let n = 0; n < 20; n++) _empty();
  const b = _now();
  for (let n = 0; n < 20; n++) wrapped();
  const c = _now();
  _own = _counts.all[0] / 20;
  _outer = (c - b - (b - a)) / 20;
  _inner = _waste = 0;
  _counts.calls[0] = _counts.self[0] = _counts.all[0] = 0;
  globalThis._profile = _counts;
};
globalThis._profileNames = _names;
${names.map((name, i) => `${name} = _wrap(${String(i)}, ${name});`).join('\n')}
`;
}

/**
 * A bundle numbers functions of one name apart.
 *
 * @param {string} name
 */
function plain(name) {
  return name.replace(/\d$/, '');
}

/** @param {string} code */
export function functionsOf(code) {
  const own = code.split('\nconst _names = ')[0];
  const wrapped = /^const _names = (.*);$/m.exec(code);
  if (wrapped !== null) return JSON.parse(wrapped[1]);
  return [...own.matchAll(/^function (\w+)\(/gm)]
    .map(([, name]) => name)
    .filter((name) => !name.startsWith('_'));
}
