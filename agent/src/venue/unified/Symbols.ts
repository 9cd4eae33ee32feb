/** ccxt's name of a linear perpetual by the venue's own: `ICPUSDT` and `ICP-USDT-SWAP` are `ICP/USDT:USDT`. */
export function unifiedSymbol(id: string): string {
  const base = /^([A-Z0-9]+?)-?USDT(-SWAP)?$/.exec(id)?.[1];
  if (base === undefined) throw new RangeError(`expected an id such as ICPUSDT or ICP-USDT-SWAP, got ${id}`);
  return `${base}/USDT:USDT`;
}
