import { expect, test } from 'vitest';
import { failover } from './Network.ts';

const FIRST = 'http://127.0.0.1:1';
const SECOND = 'http://127.0.0.1:2';

function network(answers: Record<string, () => Response>): { asked: string[]; send: typeof fetch } {
  const asked: string[] = [];
  const send = (input: string | URL | Request): Promise<Response> => {
    const url = String(input instanceof Request ? input.url : input);
    asked.push(url);
    const answer = answers[new URL(url).origin];
    return answer === undefined ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(answer());
  };
  return { asked, send: send as typeof fetch };
}

test('what the first host does not answer the second does, with the same path, and is asked first from then on', async () => {
  const { asked, send } = network({ [SECOND]: () => new Response('ok') });
  const fetching = failover(FIRST, [SECOND], send);
  expect(await (await fetching(`${FIRST}/api/v3/call?x=1`)).text()).toBe('ok');
  await fetching(`${FIRST}/api/v3/call`);
  expect(asked).toEqual([`${FIRST}/api/v3/call?x=1`, `${SECOND}/api/v3/call?x=1`, `${SECOND}/api/v3/call`]);
});

test('a gateway’s failure goes to the next host; a refusal is an answer', async () => {
  const broken = network({
    [FIRST]: () => new Response('', { status: 503 }),
    [SECOND]: () => new Response('ok'),
  });
  expect((await failover(FIRST, [SECOND], broken.send)(FIRST)).status).toBe(200);
  const refusing = network({
    [FIRST]: () => new Response('', { status: 400 }),
    [SECOND]: () => new Response('ok'),
  });
  expect((await failover(FIRST, [SECOND], refusing.send)(FIRST)).status).toBe(400);
});

test('where nobody answers the failure is the network’s', async () => {
  const { send } = network({});
  await expect(failover(FIRST, [SECOND], send)(FIRST)).rejects.toThrow('fetch failed');
});
