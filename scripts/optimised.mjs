import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SHORTCUTS = fileURLToPath(new URL('interpreter/shortcuts.mjs', import.meta.url));
const WASM_OPT = join(dirname(createRequire(import.meta.url).resolve('binaryen')), 'bin', 'wasm-opt');
/** What the rewriting of the interpreter knows by number: which bytecode is which, and where an object has its fields. */
const TEMPLATE = new URL('../node_modules/azle/dist/canister_templates/stable.wasm', import.meta.url);
const TEMPLATE_SHA256 = 'fa87d4ae38c8ce4ebc49f3cb05d0d3b1276eab19c5d26705d65fbf6e1c162806';
/** Both walk deeply nested blocks by calling themselves. */
const STACK = '--stack-size=8000';

/**
 * azle's module as Binaryen makes it shorter and quicker, after one question has been taken out of the interpreter that no
 * canister ever answers with yes, and before what `interpreter/` does. Together it is half of the instructions of everything
 * that JavaScript does.
 *
 * @param {Buffer} wasm
 * @param {string} folder for what lies between the two
 * @returns {Promise<Buffer>} equal bytes for equal bytes
 */
export async function optimised(wasm, folder) {
  await assertTemplate();
  const before = join(folder, 'azle.wasm');
  const between = join(folder, 'optimised.wasm');
  const after = join(folder, 'shortened.wasm');
  await writeFile(before, withoutStepDump(wasm));
  const run = (...args) => promisify(execFile)(process.execPath, [STACK, ...args]);
  await run(WASM_OPT, '--detect-features', '-O1', before, '-o', between);
  await run(SHORTCUTS, between, after);
  return readFile(after);
}

async function assertTemplate() {
  const sha256 = createHash('sha256')
    .update(await readFile(TEMPLATE))
    .digest('hex');
  if (sha256 === TEMPLATE_SHA256) return;
  throw new Error(
    `azle: expected the interpreter with the hash ${TEMPLATE_SHA256}, got ${sha256}; ` +
      'look up again what interpreter/bytecodes.mjs and interpreter/layout.mjs know of it',
  );
}

/*
 * QuickJS asks before each bytecode whether it should print it (JS_DUMP_BYTECODE_STEP, a flag of the runtime that azle
 * never sets): `(br_if 0 (i32.eqz (i32.and (i32.load16_u offset=225 (i32.load (local.get ?))) (i32.const 128))))`.
 */
const LOCAL_GET = 0x20;
const ASKED = Buffer.from('280200' + '2f00e101' + '418001' + '71' + '45' + '0d00', 'hex');
/** Of these bytes the answer takes the place, which is 0: the last three, `i32.eqz` and `br_if`, stay. */
const ANSWERED = 2 + ASKED.length - 3;
const I32_CONST_0 = [0x41, 0x00];
const NOP = 0x01;

/** @param {Buffer} wasm */
export function withoutStepDump(wasm) {
  const at = wasm.indexOf(ASKED) - 2;
  const isAlone = at >= 0 && wasm.indexOf(ASKED, at + 3) < 0;
  if (!isAlone || wasm[at] !== LOCAL_GET) {
    throw new Error(
      'azle: expected one place where QuickJS asks whether to print a bytecode; look for it anew',
    );
  }
  const patched = Buffer.from(wasm);
  patched.fill(NOP, at, at + ANSWERED);
  patched.set(I32_CONST_0, at);
  return patched;
}
