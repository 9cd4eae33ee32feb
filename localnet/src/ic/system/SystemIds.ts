import { Principal } from '@dfinity/principal';
import type { PrincipalBytes } from '../Subnet.types.ts';

/** Where the IC has its system canisters; tools know them by these ids. */
export const CYCLES_MINTING: PrincipalBytes = Principal.fromText(
  'rkp4c-7iaaa-aaaaa-aaaca-cai',
).toUint8Array();
export const CYCLES_LEDGER: PrincipalBytes = Principal.fromText('um5iw-rqaaa-aaaaq-qaaba-cai').toUint8Array();
