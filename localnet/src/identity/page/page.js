/* global window, document, localStorage, fetch, FormData */
/**
 * The window protocol of Internet Identity, as the page that an application opens: it says `authorize-ready`, is told
 * `authorize-client` with the application's session key, and answers `authorize-client-success` with a delegation or
 * `authorize-client-failure`.
 */

const FIRST_ANCHOR = 10_000;
const STORED = 'anchors';
/** Both ends know this word for a person who went away. */
const INTERRUPTED = 'UserInterrupt';
const NS_PER_MINUTE = 60_000_000_000n;
const DEFAULT_TIME_TO_LIVE_NS = 1_800_000_000_000n;
const LONGEST_NS = 2_592_000_000_000_000n;

const [form, list, number, status, actions, signIn] = [
  'form',
  'anchors',
  'number',
  'status',
  'actions',
  'sign-in',
].map((id) => document.getElementById(id));

/** The application that asks, once it has. */
let request;

function say(text, isError = false) {
  status.textContent = text;
  status.classList.toggle('error', isError);
}

function storedAnchors() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED));
    if (Array.isArray(stored) && stored.length > 0 && stored.every(Number.isInteger)) return stored;
  } catch {
    // A list that cannot be read is one that was never kept.
  }
  return [FIRST_ANCHOR];
}

async function principalOf(anchor) {
  const response = await fetch(`anchors/${anchor}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()).principal;
}

async function show(anchors, chosen) {
  const rows = await Promise.all(
    anchors.map(async (anchor) => {
      const principal = await principalOf(anchor);
      const row = document.getElementById('row').content.cloneNode(true);
      const radio = row.querySelector('input');
      radio.value = String(anchor);
      radio.checked = anchor === chosen;
      row.querySelector('.number').textContent = String(anchor);
      row.querySelector('.principal').textContent = principal;
      return row;
    }),
  );
  list.replaceChildren(...rows);
  number.value = String(Math.max(...anchors) + 1);
  nameChoice();
}

function chosenAnchor() {
  return Number(new FormData(form).get('anchor'));
}

function nameChoice() {
  signIn.textContent = `Sign in as ${chosenAnchor()}`;
}

async function add() {
  if (!number.reportValidity() || number.value === '') return;
  const anchor = Number(number.value);
  const anchors = [...new Set([...storedAnchors(), anchor])].sort((a, b) => a - b);
  localStorage.setItem(STORED, JSON.stringify(anchors));
  await show(anchors, anchor);
  say(request === undefined ? `Anchor ${anchor} is in the list.` : `Anchor ${anchor} is chosen.`);
  if (request !== undefined) list.querySelector('input:checked').focus();
}

function duration(ns) {
  const minutes = Number(ns / NS_PER_MINUTE);
  const [count, unit] =
    minutes < 1
      ? [Number(ns / 1_000_000_000n), 'second']
      : minutes < 120
        ? [minutes, 'minute']
        : minutes < 2880
          ? [Math.round(minutes / 60), 'hour']
          : [Math.round(minutes / 1440), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (byte) => Number.parseInt(byte, 16));

async function authorize() {
  const { source, origin, sessionPublicKey, maxTimeToLive } = request;
  signIn.disabled = true;
  try {
    const response = await fetch('delegations', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        anchor: chosenAnchor(),
        sessionPublicKey: toHex(sessionPublicKey),
        maxTimeToLive: String(maxTimeToLive),
      }),
    });
    if (!response.ok) throw new Error(await response.text());
    const chain = await response.json();
    const delegations = chain.delegations.map(({ delegation: { pubkey, expiration }, signature }) => ({
      delegation: { pubkey: fromHex(pubkey), expiration: BigInt(`0x${expiration}`) },
      signature: fromHex(signature),
    }));
    const userPublicKey = fromHex(chain.publicKey);
    source.postMessage(
      { kind: 'authorize-client-success', delegations, userPublicKey, authnMethod: 'passkey' },
      origin,
    );
    say('Signed in. The application closes this page.');
  } catch (error) {
    signIn.disabled = false;
    say(`Not signed in: ${error.message}`, true);
  }
}

function cancel() {
  if (request === undefined) return;
  request.source.postMessage({ kind: 'authorize-client-failure', text: INTERRUPTED }, request.origin);
  window.close();
}

window.addEventListener('message', ({ data, source, origin }) => {
  if (source !== window.opener || data?.kind !== 'authorize-client') return;
  const { sessionPublicKey, maxTimeToLive = DEFAULT_TIME_TO_LIVE_NS } = data;
  if (!(sessionPublicKey instanceof Uint8Array) || typeof maxTimeToLive !== 'bigint') {
    source.postMessage(
      {
        kind: 'authorize-client-failure',
        text: 'authorize-client: expected sessionPublicKey as bytes and maxTimeToLive as a bigint of nanoseconds',
      },
      origin,
    );
    return;
  }
  request = { source, origin, sessionPublicKey, maxTimeToLive };
  const asker = document.createElement('b');
  asker.textContent = origin;
  const life = duration(maxTimeToLive < LONGEST_NS ? maxTimeToLive : LONGEST_NS);
  document
    .getElementById('request')
    .replaceChildren(asker, ` asks you to sign in. It may act as your anchor for ${life}.`);
  actions.hidden = false;
  list.querySelector('input:checked')?.focus();
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (request !== undefined) void authorize();
});
form.addEventListener('change', ({ target }) => {
  if (target.name === 'anchor') nameChoice();
});
number.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  void add();
});
document.getElementById('add').addEventListener('click', () => void add());
document.getElementById('cancel').addEventListener('click', cancel);
window.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') cancel();
});

const anchors = storedAnchors();
await show(anchors, anchors[0]).catch((error) =>
  say(`The anchors could not be read: ${error.message}`, true),
);
if (window.opener === null) {
  document.body.classList.add('alone');
  document.getElementById('title').textContent = 'Development identities';
  document.getElementById('request').textContent =
    'Applications open this page when someone signs in: give its address as their identity provider. ' +
    'The same anchor is the same principal in every application.';
} else {
  // Whoever opened this page is only told that it is ready; what it asks for names its origin.
  window.opener.postMessage({ kind: 'authorize-ready' }, '*');
}
