import { charge, heapView } from './ApiHost.ts';
import type { ApiHost, ApiTable } from './ApiHost.ts';
import { DIRTY_PAGE } from './Overhead.ts';
import { CanisterTrap } from './Reject.ts';

/** 4 GiB in pages: what the 32-bit calls can reach. */
const MAX_PAGES_32 = 65_536;

/** The part of `ic0` for stable memory, 32-bit and 64-bit. */
export function stableApi(host: ApiHost): ApiTable {
  const { stable } = host;

  const only32 = () => {
    if (stable.pages > MAX_PAGES_32) {
      throw new CanisterTrap(
        'trapped',
        'Canister trapped: 32 bit stable memory api used on a memory larger than 4GB',
      );
    }
  };
  const checked = (offset: number, size: number) => {
    if (!stable.contains(offset, size)) {
      throw new CanisterTrap('trapped', 'Canister trapped: stable memory out of bounds');
    }
  };
  const read = (dst: number, offset: number, size: number) => {
    charge(host, size);
    if (size === 0) return;
    checked(offset, size);
    stable.read(offset, heapView(host, dst, size));
  };
  const write = (offset: number, src: number, size: number) => {
    charge(host, size);
    if (size === 0) return;
    checked(offset, size);
    charge(host, DIRTY_PAGE * stable.cleanPages(offset, size));
    stable.write(offset, heapView(host, src, size));
  };

  return {
    stable_size: () => {
      only32();
      return stable.pages;
    },
    stable_grow: (pages: number) => {
      only32();
      return stable.pages + (pages >>> 0) > MAX_PAGES_32 ? -1 : stable.grow(pages >>> 0);
    },
    stable_read: (dst: number, offset: number, size: number) => {
      only32();
      read(dst >>> 0, offset >>> 0, size >>> 0);
    },
    stable_write: (offset: number, src: number, size: number) => {
      only32();
      write(offset >>> 0, src >>> 0, size >>> 0);
    },
    stable64_size: () => BigInt(stable.pages),
    stable64_grow: (pages: bigint) => BigInt(stable.grow(unsigned(pages))),
    stable64_read: (dst: bigint, offset: bigint, size: bigint) => {
      read(heapAddress(dst), unsigned(offset), heapAddress(size));
    },
    stable64_write: (offset: bigint, src: bigint, size: bigint) => {
      write(unsigned(offset), heapAddress(src), heapAddress(size));
    },
  };
}

/** Numbers past 2^53 lose their last digits, but are out of bounds all the same. */
function unsigned(value: bigint): number {
  return Number(BigInt.asUintN(64, value));
}

function heapAddress(value: bigint): number {
  const address = unsigned(value);
  if (address > 0xffffffff) throw new CanisterTrap('trapped', 'Canister trapped: heap out of bounds');
  return address;
}
