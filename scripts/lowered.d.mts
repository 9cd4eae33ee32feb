/** The same bundle with `var` instead of `const` and `let` in its functions, which QuickJS runs faster. */
export function lowered(code: string): string;
