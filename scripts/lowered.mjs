import ts from 'typescript';

const HELPER = /^var __\w+ = /m;
/** Functions of Math that are looked up once instead of at every call, which would cost as much again as they do. */
const MATH = /\bMath\.(abs|ceil|clz32|floor|fround|hypot|imul|max|min|sign|sqrt|trunc)\(/g;

/** QuickJS looks a global up by its name each time; what esbuild is told to write instead, `lowered` looks up once. */
export const GLOBALS = { Infinity: '_infinity' };

/**
 * QuickJS checks every read of a `const` or `let` for whether it was initialised, and destructures dearly: a seventh of
 * the engine's instructions. TypeScript knows how to say the same with `var`; classes and what lies outside functions
 * stay as they are. So do functions that would need TypeScript's helpers (spreading, iterating): none of them is on the
 * hot path, and a longer module starts more dearly.
 *
 * @param {string} code a bundle as esbuild writes it, with `GLOBALS` defined
 */
export function lowered(code) {
  const compilerOptions = {
    target: ts.ScriptTarget.ES5,
    module: ts.ModuleKind.ESNext,
    // Without it `for … of` over anything but an array would silently become another loop instead of asking for a helper.
    downlevelIteration: true,
  };
  const found = new Set();
  const plain = code.replace(MATH, (_, name) => {
    found.add(name);
    return `_math_${name}(`;
  });
  const globals = Object.entries(GLOBALS).filter(([, variable]) => plain.includes(variable));
  const known = [
    ...globals.map(([name, variable]) => `var ${variable} = ${name};\n`),
    ...[...found].sort().map((name) => `var _math_${name} = Math.${name};\n`),
  ];
  const body = plain.replace(/^function [\s\S]*?^}$/gm, (text) => {
    const { outputText } = ts.transpileModule(text, { compilerOptions });
    return HELPER.test(outputText) ? text : outputText.replace(/^"use strict";/, '').trim();
  });
  return known.join('') + body;
}
