import { describe, expect, test } from 'vitest';
import { e8 } from './test/Scenario.ts';
import { parseAccounts } from './AccountsFile.ts';

const KEY = { apiKey: 'second', apiSecret: 'secret' };

describe('a file of accounts', () => {
  test('gives each its money and its keys with what they may do', () => {
    const restricted = {
      apiKey: 'reader',
      apiSecret: 's',
      mayTrade: false,
      mayWithdraw: true,
      addresses: ['::1'],
    };
    const text = JSON.stringify([{ equity: '2500.5', keys: [KEY, restricted] }]);
    expect(parseAccounts(text, 'accounts.json')).toEqual([
      {
        walletE8: e8('2500.5'),
        keys: [{ ...KEY, mayTrade: true, mayWithdraw: false, addresses: undefined }, restricted],
      },
    ]);
  });

  test.each([
    ['{', 'JSON'],
    ['[]', 'the accounts as a list'],
    ['[1]', 'an account as an object'],
    [[{ equity: '0', keys: [KEY] }], 'equity as USDT above 0'],
    [[{ equity: '1', keys: [] }], 'keys as a list'],
    [[{ equity: '1', keys: [{ ...KEY, mayTrade: 'yes' }] }], 'mayTrade as true or false'],
    [[{ equity: '1', keys: [{ ...KEY, colour: 'red' }] }], 'only apiKey'],
    [[{ equity: '1', keys: [{ ...KEY, apiSecret: '' }] }], 'apiSecret as a text'],
    [[{ equity: '1', keys: [KEY, KEY] }], 'every apiKey once'],
    [[{ equity: '1', keys: [{ ...KEY, apiKey: 'localnet' }] }], 'every apiKey once'],
  ])('that says %j is refused with what was expected', (content, expected) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    expect(() => parseAccounts(text, 'accounts.json')).toThrow(`accounts.json: expected ${expected}`);
  });
});
