import ts from 'typescript';

/**
 * QuickJS checks every read of a `const` or `let` for whether it was initialised, and destructures dearly: a seventh of
 * the engine's instructions. TypeScript knows how to say the same with `var`; classes and what lies outside functions
 * stay as they are.
 *
 * @param {string} code a bundle as esbuild writes it
 */
export function lowered(code) {
  const compilerOptions = { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.ESNext };
  return code.replace(/^function [\s\S]*?^}$/gm, (text) =>
    ts
      .transpileModule(text, { compilerOptions })
      .outputText.replace(/^"use strict";/, '')
      .trim(),
  );
}
