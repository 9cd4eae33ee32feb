import { prepareModule } from '../wasm/CanisterModule.ts';
import { concat } from './Bytes.ts';
import type { CallContext, Callback } from './CallContext.ts';
import { Canister } from './Canister.ts';
import type { QueryStats } from './Canister.ts';
import type { CanisterLog } from './CanisterLog.ts';
import type { CanisterSettings } from './CanisterSettings.ts';
import { DIRTY_PAGE_BYTES } from './StableMemory.ts';
import type { PrincipalBytes } from './Subnet.types.ts';
import type { SubnetState } from './SubnetState.ts';

/** Where large pieces of state are put away, each under the hash of its content. */
export interface BlobSink {
  /** @returns the hash */
  put(content: Uint8Array): string;
  /** Keeps a piece that an earlier state put away; what a state neither puts nor keeps is removed. False: it is not there. */
  keep(hash: string): boolean;
}

export interface BlobSource {
  get(hash: string): Uint8Array;
}

/** Code, heap and stable memory, all of which change only together with the canister's version. */
interface MemoryImage {
  readonly module: string | undefined;
  readonly heap: readonly string[];
  readonly globals: readonly unknown[];
  readonly stablePages: number;
  /** Number of the first 4 KiB page, and the pages from there on. */
  readonly stable: readonly (readonly [firstPage: number, hash: string])[];
}

/** A canister as it is put away. */
export interface CanisterImage {
  readonly id: PrincipalBytes;
  readonly settings: CanisterSettings;
  readonly status: Canister['status'];
  readonly version: bigint;
  readonly cycles: bigint;
  readonly chargedNs: bigint;
  readonly timerNs: bigint;
  readonly isLowOnMemory: boolean;
  readonly certifiedData: Uint8Array;
  readonly queryStats: QueryStats;
  readonly log: ReturnType<CanisterLog['image']>;
  readonly chunks: readonly (readonly [key: string, hash: string])[];
  readonly contexts: readonly CallContext[];
  readonly callbacks: readonly (readonly [number: number, callback: Callback])[];
  readonly stopWaiters: Canister['stopWaiters'];
  readonly memory: MemoryImage;
}

/** Pieces are small enough that a change does not rewrite much, large enough to be few. */
const PIECE_BYTES = 1024 * 1024;
const PIECE_PAGES = PIECE_BYTES / DIRTY_PAGE_BYTES;
const known = new WeakMap<Canister, { readonly version: bigint; readonly memory: MemoryImage }>();

/** The canister as it stands between messages; large pieces go into `blobs`. */
export function canisterImage(canister: Canister, blobs: BlobSink): CanisterImage {
  const { id, settings, status, version, cycles, chargedNs, timerNs, isLowOnMemory, certifiedData } =
    canister;
  return {
    ...{ id, settings, status, version, cycles, chargedNs, timerNs, isLowOnMemory, certifiedData },
    queryStats: canister.queryStats,
    log: canister.log.image(),
    chunks: [...canister.chunks].map(([key, chunk]) => [key, blobs.put(chunk)] as const),
    contexts: [...canister.contexts.values()],
    callbacks: [...canister.callbacks],
    stopWaiters: canister.stopWaiters,
    memory: memoryImage(canister, blobs),
  };
}

/** The canister that an image shows. Throws `WasmError` when its module cannot be prepared any more. */
export function canisterOf(image: CanisterImage, state: SubnetState, blobs: BlobSource): Canister {
  const canister = new Canister(image.id, image.settings.controllers, image.cycles, state);
  const { settings, status, version, chargedNs, timerNs, isLowOnMemory, certifiedData } = image;
  Object.assign(canister, { settings, status, version, chargedNs, timerNs, isLowOnMemory, certifiedData });
  Object.assign(canister.queryStats, image.queryStats);
  canister.log.restore(image.log);
  for (const [key, hash] of image.chunks) canister.chunks.set(key, blobs.get(hash));
  for (const context of image.contexts) canister.contexts.set(context.id, context);
  for (const [number, callback] of image.callbacks) canister.callbacks.set(number, callback);
  canister.stopWaiters.push(...image.stopWaiters);
  const { module, heap, globals, stablePages, stable } = image.memory;
  canister.stable.restore(stablePages, pagesOf(stable, blobs));
  if (module !== undefined) {
    const instance = canister.load(prepareModule(blobs.get(module), state.profiler));
    instance.restore(concat(heap.map((hash) => blobs.get(hash))), globals);
    canister.adopt(instance);
  }
  return canister;
}

function memoryImage(canister: Canister, blobs: BlobSink): MemoryImage {
  const before = known.get(canister);
  if (before?.version === canister.version && blobsOf(before.memory).every((hash) => blobs.keep(hash))) {
    return before.memory;
  }
  const { installed, module, stable } = canister;
  const heap = installed?.heap() ?? new Uint8Array(0);
  const memory = {
    module: module === undefined ? undefined : blobs.put(module.uploaded),
    heap: Array.from({ length: Math.ceil(heap.length / PIECE_BYTES) }, (_, i) =>
      blobs.put(heap.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES)),
    ),
    globals: installed?.globals() ?? [],
    stablePages: stable.pages,
    stable: piecesOf(stable.writtenPages(), blobs),
  };
  known.set(canister, { version: canister.version, memory });
  return memory;
}

function blobsOf({ module, heap, stable }: MemoryImage): readonly string[] {
  return [...(module === undefined ? [] : [module]), ...heap, ...stable.map(([, hash]) => hash)];
}

function piecesOf(
  pages: Iterable<readonly [number, Uint8Array]>,
  blobs: BlobSink,
): (readonly [number, string])[] {
  const pieces = new Map<number, Uint8Array>();
  for (const [page, content] of pages) {
    const first = page - (page % PIECE_PAGES);
    let piece = pieces.get(first);
    if (piece === undefined) pieces.set(first, (piece = new Uint8Array(PIECE_BYTES)));
    piece.set(content, (page - first) * DIRTY_PAGE_BYTES);
  }
  return [...pieces].map(([first, piece]) => [first, blobs.put(piece)] as const);
}

function* pagesOf(pieces: MemoryImage['stable'], blobs: BlobSource): Iterable<readonly [number, Uint8Array]> {
  for (const [first, hash] of pieces) {
    const piece = blobs.get(hash);
    for (let i = 0; i < PIECE_PAGES; i++) {
      const content = piece.subarray(i * DIRTY_PAGE_BYTES, (i + 1) * DIRTY_PAGE_BYTES);
      if (content.some((byte) => byte !== 0)) yield [first + i, content];
    }
  }
}
