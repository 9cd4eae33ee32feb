import {
  HttpAgent,
  IngressExpiryInvalidErrorCode,
  InputError,
  TimeoutWaitingForResponseErrorCode,
  type AgentError,
} from '@icp-sdk/core/agent';
import { Principal } from '@icp-sdk/core/principal';
import { expect, test, vi } from 'vitest';
import { fetchReceipt } from './fetchReceipt.ts';

const CANISTER = 'aaaaa-aa';

function refusing(cause: AgentError) {
  const agent = HttpAgent.createSync({
    host: 'http://127.0.0.1:9',
    shouldFetchRootKey: false,
    retryTimes: 0,
  });
  vi.spyOn(agent, 'call').mockRejectedValue(cause);
  const syncTime = vi
    .spyOn(agent, 'syncTime')
    .mockRejectedValueOnce(new Error('nobody answers'))
    .mockResolvedValue();
  const call = () =>
    fetchReceipt(agent, { canisterId: CANISTER, methodName: 'observe', arg: new Uint8Array(6) });
  return { call, syncTime };
}

const late = InputError.fromCode(new IngressExpiryInvalidErrorCode('Invalid request expiry', 5));

test('each refusal by the clock takes the network’s time anew, whatever became of it before, and is still told', async () => {
  const { call, syncTime } = refusing(late);
  for (let times = 1; times <= 3; times++) {
    await expect(call()).rejects.toMatchObject({ name: 'FetchError', leaf: 'http' });
    expect(syncTime).toHaveBeenCalledTimes(times);
  }
  expect(syncTime).toHaveBeenLastCalledWith({ canisterId: Principal.fromText(CANISTER) });
});

test('another failure asks for no time', async () => {
  const { call, syncTime } = refusing(InputError.fromCode(new TimeoutWaitingForResponseErrorCode('x')));
  await expect(call()).rejects.toMatchObject({ name: 'FetchError' });
  expect(syncTime).not.toHaveBeenCalled();
});
