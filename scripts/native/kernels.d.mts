/** The functions that the canister has as WebAssembly, each with its file. */
export const KERNELS: readonly { readonly path: string; readonly name: string }[];
/** The function of Math that stands for them in the canister's text. */
export const DOOR: string;
