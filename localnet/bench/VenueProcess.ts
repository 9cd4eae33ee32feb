/** A served exchange in a process of its own; says where once it is ready. */
import { Exchange } from '../src/exchange/Exchange.ts';
import { ExchangeServer } from '../src/exchange/ExchangeServer.ts';
import { createSynthetic } from '../src/market/Synthetic.ts';

const exchange = new Exchange({ recording: createSynthetic({ seed: 1, bars: 3_000 }) });
process.once('disconnect', () => process.exit(0));
process.send?.(await new ExchangeServer(exchange).start(0));
