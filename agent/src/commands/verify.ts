import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Principal } from '@icp-sdk/core/principal';
import {
  checkRootKey,
  decodeReceipt,
  mainnetRootKey,
  parseRootKey,
  ProofError,
  ROOT_KEY_BYTES,
} from '@plimsoll/proof';
import { LogError } from '../canister/LogError.ts';
import { CliError } from '../cli/CliError.ts';
import { EXIT } from '../cli/ExitCode.ts';
import { fittedLines } from '../cli/Output.ts';
import { decodeBundle, isBundle } from '../receipts/Bundle.ts';
import { WHAT_IT_PROVES } from '../receipts/ProofNote.ts';
import { StoreError } from '../receipts/StoreError.ts';
import { bundleLines, receiptLines } from '../verify/Report.ts';
import { verifyBundle } from '../verify/verifyBundle.ts';
import { verifyReceiptFile } from '../verify/verifyReceiptFile.ts';

interface VerifyFlags {
  readonly rootKey?: string;
  readonly canister?: string;
  readonly json?: true;
  readonly everySignature?: true;
}

const EXAMPLES = `
Examples:
  plimsoll verify 000000123-observe.receipt --canister rrkah-fqaaa-aaaaa-aaaaq-cai
  plimsoll verify record.bundle --root-key local-root-key.hex --json

Exit codes: 0 proven, 2 wrong use or unreadable file, 4 not proven, 5 genuine but the engine decides otherwise.`;

export function register(program: Command): void {
  program
    .command('verify')
    .description('Check a receipt, or a bundle of all receipts, offline with the root key alone.')
    .argument('<file>', 'a receipt or a bundle; told apart by content')
    .option('--root-key <hex|file>', "root key of the network; mainnet's by default")
    .option('--canister <id>', 'canister that must have answered; by default the one that the file names')
    .option(
      '--every-signature',
      'in a bundle, verify every certificate and not only those the hash chain leaves open',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLES)
    .action(verify);
}

async function verify(file: string, flags: VerifyFlags): Promise<void> {
  const bytes = await read(file);
  const rootKey = await rootKeyOf(flags.rootKey);
  const canisterId = flags.canister === undefined ? undefined : canisterOf(flags.canister);
  try {
    if (isBundle(bytes)) await onBundle(bytes, rootKey, canisterId, flags);
    else await onReceipt(bytes, rootKey, canisterId, flags);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const isUnreadable = error instanceof StoreError;
    if (!isUnreadable && !(error instanceof ProofError) && !(error instanceof LogError)) throw error;
    const code = isUnreadable ? EXIT.request : EXIT.notProven;
    const reason = error instanceof ProofError ? error.reason : error.leaf;
    if (flags.json === true) print({ isProven: false, reason, message: error.message });
    throw new CliError(`NOT PROVEN (${reason}): ${error.message}`, code);
  }
}

async function onReceipt(
  bytes: Uint8Array,
  rootKey: Uint8Array,
  wanted: Principal | undefined,
  flags: VerifyFlags,
): Promise<void> {
  const receipt = unreadableAsRequest(() => decodeReceipt(bytes));
  const proven = await verifyReceiptFile(receipt, {
    rootKey,
    canisterId: wanted ?? receipt.request.canisterId,
  });
  if (flags.json === true) print({ isProven: true, kind: 'receipt', ...proven, note: WHAT_IT_PROVES });
  else printLines(receiptLines(proven, wanted !== undefined));
}

async function onBundle(
  bytes: Uint8Array,
  rootKey: Uint8Array,
  wanted: Principal | undefined,
  flags: VerifyFlags,
): Promise<void> {
  const bundle = decodeBundle(bytes);
  const result = await verifyBundle(bundle, {
    rootKey,
    ...(wanted === undefined ? {} : { canisterId: wanted }),
    everySignature: flags.everySignature === true,
  });
  if (flags.json === true) print({ kind: 'bundle', ...result, note: bundle.note });
  else if (result.isProven) printLines(bundleLines(result, bundle, wanted !== undefined));
  if (result.isProven) return;
  const { reason, receipt, message } = result;
  throw new CliError(
    `NOT PROVEN (${reason}) at receipt ${String(receipt)}: ${message}`,
    reason === 'decision-differs' ? EXIT.differs : EXIT.notProven,
  );
}

/** A file that is no receipt at all is the caller's mistake, not evidence that failed. */
function unreadableAsRequest<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new CliError(error.message);
  }
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new CliError({
      expected: `a file at ${file}`,
      got: cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause),
      advice: 'name a receipt or a bundle that you may read',
    });
  }
}

async function rootKeyOf(given: string | undefined): Promise<Uint8Array> {
  if (given === undefined) return mainnetRootKey();
  const isText = /^[0-9a-fA-F]+$/.test(given) && given.length === 2 * ROOT_KEY_BYTES;
  return isText ? parseRootKey(given) : rootKeyIn(await read(given), given);
}

function rootKeyIn(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return bytes.length === ROOT_KEY_BYTES
      ? checkRootKey(bytes)
      : parseRootKey(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new CliError(`--root-key ${file}: ${error.message}`);
  }
}

function canisterOf(text: string): Principal {
  try {
    return Principal.fromText(text);
  } catch {
    throw new CliError({
      expected: '--canister to be a canister id',
      got: `"${text}"`,
      advice: 'such as rrkah-fqaaa-aaaaa-aaaaq-cai',
    });
  }
}

/** Bytes as hexadecimal, +∞ (a constraint that does not apply) as null. */
function print(value: unknown): void {
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (inner instanceof Uint8Array ? Buffer.from(inner).toString('hex') : inner),
    2,
  );
  process.stdout.write(`${text}\n`);
}

function printLines(lines: readonly string[]): void {
  const fitted = fittedLines(lines, process.stdout.columns ?? Infinity);
  process.stdout.write(`${fitted.join('\n')}\n`);
}
