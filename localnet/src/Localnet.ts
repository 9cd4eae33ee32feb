import { createHash } from 'node:crypto';
import { Exchange } from './exchange/Exchange.ts';
import { ExchangeServer } from './exchange/ExchangeServer.ts';
import { IcServer } from './ic/http/IcServer.ts';
import { subnetKeysFromSeed } from './ic/http/SubnetKeys.ts';
import { LocalSubnet } from './ic/LocalSubnet.ts';
import { InstructionMeter } from './Instructions.ts';
import type { Recording } from './market/Recording.ts';

export interface LocalnetOptions {
  readonly recording: Recording;
  /** First bar to play. */
  readonly fromMs: number;
  readonly walletE8: bigint;
  /** Decides keys and randomness of the Internet Computer. */
  readonly seed: string;
  readonly port: number;
  readonly exchangePort: number;
  readonly stopSlippage: 'model' | 'none';
  readonly onPrint?: (canisterId: string, text: string) => void;
}

/** An Internet Computer and an exchange on this machine. */
export interface Localnet {
  readonly icUrl: string;
  /** Hex of the DER-encoded root key that clients pin. */
  readonly rootKey: string;
  readonly exchangeUrl: string;
  close(): Promise<void>;
}

/**
 * Starts both servers; when one cannot start, neither is left running.
 * @throws PortInUseError, ExchangePortError
 */
export async function startLocalnet(options: LocalnetOptions): Promise<Localnet> {
  const subnet = new LocalSubnet({
    seed: options.seed,
    ...(options.onPrint === undefined ? {} : { onPrint: options.onPrint }),
  });
  const meter = new InstructionMeter(subnet);
  const keys = await subnetKeysFromSeed(createHash('sha256').update(options.seed).digest());
  const ic = await IcServer.start({ subnet, keys, port: options.port });
  try {
    const exchange = new Exchange({
      recording: options.recording,
      startMs: options.fromMs,
      walletE8: options.walletE8,
      stopSlippage: options.stopSlippage,
    });
    const server = new ExchangeServer(exchange, { '/localnet/v1/instructions': () => meter.all() });
    const exchangeUrl = await server.start(options.exchangePort);
    return {
      icUrl: ic.url,
      rootKey: Buffer.from(ic.rootKey).toString('hex'),
      exchangeUrl,
      close: async () => {
        await Promise.all([ic.close(), server.close()]);
      },
    };
  } catch (error) {
    await ic.close();
    throw error;
  }
}
