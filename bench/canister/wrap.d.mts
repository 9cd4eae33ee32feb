/** Appends to a bundle what counts the calls and instructions of its own top-level functions. */
export function wrapFunctions(code: string): string;
/** Names of a bundle's top-level functions, in order. */
export function functionsOf(code: string): string[];
