'use strict';

/**
 * UTF-8 TextEncoder and TextDecoder for QuickJS, which has neither.
 *
 * azle takes them from `@sinonjs/text-encoding`, whose legacy code pages cost the canister 900 M instructions
 * at every start. Only what the Encoding Standard says of UTF-8 is here; another label is refused.
 */

const REPLACEMENT = 0xfffd;

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(input = '') {
    const text = String(input);
    const bytes = new Uint8Array(text.length * 3);
    let n = 0;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code >= 0xd800 && code <= 0xdfff) {
        const low = code <= 0xdbff && i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
        if (low >= 0xdc00 && low <= 0xdfff) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          i++;
        } else {
          code = REPLACEMENT;
        }
      }
      if (code < 0x80) {
        bytes[n++] = code;
      } else if (code < 0x800) {
        bytes[n++] = 0xc0 | (code >> 6);
        bytes[n++] = 0x80 | (code & 0x3f);
      } else if (code < 0x10000) {
        bytes[n++] = 0xe0 | (code >> 12);
        bytes[n++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[n++] = 0x80 | (code & 0x3f);
      } else {
        bytes[n++] = 0xf0 | (code >> 18);
        bytes[n++] = 0x80 | ((code >> 12) & 0x3f);
        bytes[n++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[n++] = 0x80 | (code & 0x3f);
      }
    }
    return bytes.slice(0, n);
  }
}

function bytesOf(input) {
  if (input === undefined) return new Uint8Array(0);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  throw new TypeError('TextDecoder.decode: expected an ArrayBuffer or a view of one');
}

class TextDecoder {
  constructor(label = 'utf-8', options = {}) {
    const name = String(label).trim().toLowerCase();
    if (name !== 'utf-8' && name !== 'utf8' && name !== 'unicode-1-1-utf-8') {
      throw new RangeError(
        `TextDecoder: expected utf-8, came ${label}; other encodings are not carried here`,
      );
    }
    this.fatal = Boolean(options.fatal);
    this.ignoreBOM = Boolean(options.ignoreBOM);
  }

  get encoding() {
    return 'utf-8';
  }

  decode(input) {
    const bytes = bytesOf(input);
    let i =
      !this.ignoreBOM && bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
        ? 3
        : 0;
    let text = '';
    while (i < bytes.length) {
      const first = bytes[i++];
      if (first < 0x80) {
        text += String.fromCharCode(first);
        continue;
      }
      // The ranges of the second byte exclude overlong forms, surrogates and code points above U+10FFFF.
      let needed = 0;
      let lower = 0x80;
      let upper = 0xbf;
      let code = 0;
      if (first >= 0xc2 && first <= 0xdf) {
        needed = 1;
        code = first & 0x1f;
      } else if (first >= 0xe0 && first <= 0xef) {
        needed = 2;
        code = first & 0x0f;
        if (first === 0xe0) lower = 0xa0;
        if (first === 0xed) upper = 0x9f;
      } else if (first >= 0xf0 && first <= 0xf4) {
        needed = 3;
        code = first & 0x07;
        if (first === 0xf0) lower = 0x90;
        if (first === 0xf4) upper = 0x8f;
      }
      let valid = needed > 0;
      for (let k = 0; valid && k < needed; k++) {
        const next = i < bytes.length ? bytes[i] : -1;
        if (next < lower || next > upper) {
          valid = false;
        } else {
          code = (code << 6) | (next & 0x3f);
          lower = 0x80;
          upper = 0xbf;
          i++;
        }
      }
      if (!valid) {
        if (this.fatal) throw new TypeError('TextDecoder.decode: the bytes are not valid UTF-8');
        text += String.fromCharCode(REPLACEMENT);
      } else if (code >= 0x10000) {
        const rest = code - 0x10000;
        text += String.fromCharCode(0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
      } else {
        text += String.fromCharCode(code);
      }
    }
    return text;
  }
}

exports.TextEncoder = TextEncoder;
exports.TextDecoder = TextDecoder;
