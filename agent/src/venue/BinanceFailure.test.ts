import { expect, test } from 'vitest';
import { failureOf } from './BinanceFailure.ts';

const write = (status: number, body: string) => failureOf('the order', { isWrite: true, status, body });
const coded = (code: number, status = 400, msg = 'text') => write(status, JSON.stringify({ code, msg }));

test('what the venue refused is rejected, under a name of its own', () => {
  expect(coded(-2019)).toMatchObject({
    leaf: 'insufficient-margin',
    outcome: 'rejected',
    kind: 'request',
    venueCode: -2019,
  });
  expect(coded(-2021)).toMatchObject({ leaf: 'would-trigger', outcome: 'rejected' });
  expect(coded(-2022)).toMatchObject({ leaf: 'reduce-only-rejected', outcome: 'rejected' });
  expect(coded(-2013)).toMatchObject({ leaf: 'not-found', outcome: 'rejected' });
  expect(coded(-4164)).toMatchObject({ leaf: 'below-min-notional' });
  expect(coded(-2015, 401)).toMatchObject({ leaf: 'key-refused', kind: 'request' });
  expect(coded(-1021)).toMatchObject({ leaf: 'clock-skew', kind: 'temporary' });
  expect(coded(-9999)).toMatchObject({ leaf: 'refused', outcome: 'rejected', venueCode: -9999 });
});

test('what the venue passed on without an answer is ambiguous', () => {
  for (const failure of [
    coded(-1007, 408),
    coded(-1000, 503, 'Unknown error, please check your request or try again later.'),
    coded(-1000, 500, 'An unknown error occurred while processing the request.'),
    write(502, '<html>Bad gateway</html>'),
    write(503, '<html></html>'),
    write(504, ''),
    write(408, ''),
  ]) {
    expect(failure).toMatchObject({ leaf: 'execution-unknown', outcome: 'ambiguous', kind: 'temporary' });
  }
});

test('what the venue says has failed has failed', () => {
  expect(write(503, '{"code":-1000,"msg":"Service Unavailable."}')).toMatchObject({
    leaf: 'unavailable',
    outcome: 'rejected',
  });
  expect(coded(-1008, 503)).toMatchObject({ leaf: 'overloaded', outcome: 'rejected' });
  expect(write(429, '{"code":-1003,"msg":"Too many requests"}')).toMatchObject({
    leaf: 'rate-limited',
    outcome: 'rejected',
  });
  expect(write(418, '')).toMatchObject({ leaf: 'rate-limited', outcome: 'rejected' });
});

test('a connection that never opened carried nothing; one that broke may have', () => {
  const network = (text: string) => failureOf('the order', { isWrite: true, network: text });
  expect(network('fetch failed: connect ECONNREFUSED 127.0.0.1:1')).toMatchObject({
    leaf: 'unreachable',
    outcome: 'denied',
  });
  expect(network('fetch failed: getaddrinfo ENOTFOUND fapi')).toMatchObject({ outcome: 'denied' });
  expect(network('fetch failed: other side closed')).toMatchObject({
    leaf: 'no-answer',
    outcome: 'ambiguous',
  });
  expect(network('request timed out (400 ms)')).toMatchObject({ leaf: 'no-answer', outcome: 'ambiguous' });
});

test('the network’s own words, which hold the signed address, are not passed on', () => {
  const failure = failureOf('the order', { isWrite: true, network: 'GET http://x/?signature=abc timed out' });
  expect(`${failure.message} ${JSON.stringify(failure)} ${failure.stack ?? ''}`).not.toMatch(/signature|abc/);
});
