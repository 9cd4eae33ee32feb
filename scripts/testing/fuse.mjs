// A fuse: a process that has loaded this reaches no other machine. Loaded by every test process, and by every Node process
// that one starts (NODE_OPTIONS), so that nothing in a test can reach a real venue, whatever is configured.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i;

/** Hosts that were refused in this process since they were taken last; one list, however often this file is loaded. */
const BLOWN = Symbol.for('plimsoll.fuse');
const isFirst = globalThis[BLOWN] === undefined;
const blown = (globalThis[BLOWN] ??= []);

export function takeBlown() {
  return blown.splice(0);
}

function refusal(host) {
  blown.push(host);
  process.stderr.write(`fuse: a test tried to reach ${host}; only this machine may be reached\n`);
  return Object.assign(new Error(`fuse: expected a loopback address, got ${host}`), { code: 'EFUSE' });
}

const isForeign = (host) => !LOOPBACK.test(host.replace(/^\[|\]$/g, ''));

/** The host that a socket is told to connect to; null for one that is a file. */
function hostOf([first, second]) {
  const target = Array.isArray(first) ? first[0] : first;
  if (typeof target === 'object' && target !== null) {
    return typeof target.path === 'string' && target.port === undefined ? null : (target.host ?? 'localhost');
  }
  const isPath = typeof target === 'string' && Number.isNaN(Number(target));
  return isPath ? null : typeof second === 'string' ? second : 'localhost';
}

if (isFirst) {
  // TCP and TLS: http, https, fetch and WebSockets all end here.
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    const host = hostOf(args);
    if (host === null || !isForeign(String(host))) return connect.apply(this, args);
    const error = refusal(host);
    process.nextTick(() => this.destroy(error));
    return this;
  };

  // UDP, as far as an address is named.
  for (const name of ['send', 'connect']) {
    const method = dgram.Socket.prototype[name];
    dgram.Socket.prototype[name] = function (...args) {
      const host = args.slice(1).find((each) => typeof each === 'string');
      if (host !== undefined && isForeign(host)) throw refusal(host);
      return method.apply(this, args);
    };
  }

  // A name that is asked for leaves the machine too.
  for (const resolver of [dns, dns.promises]) {
    for (const name of Object.keys(resolver).filter((each) => /^(lookup|resolve|reverse)/.test(each))) {
      const method = resolver[name];
      if (typeof method !== 'function') continue;
      resolver[name] = function (host, ...args) {
        if (typeof host !== 'string' || !isForeign(host) || (name === 'lookup' && net.isIP(host) > 0))
          return method.call(this, host, ...args);
        const error = refusal(host);
        if (resolver === dns.promises) return Promise.reject(error);
        const told = args.at(-1);
        if (typeof told !== 'function') throw error;
        process.nextTick(told, error);
        return undefined;
      };
    }
  }
  syncBuiltinESMExports();
}
