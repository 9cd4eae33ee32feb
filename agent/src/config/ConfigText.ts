/** Answers that a new configuration is made of. */
export interface ConfigAnswers {
  readonly urls: readonly string[];
  readonly rootKey: string;
  readonly canister: string;
  readonly owner: string;
  readonly venueKind: string;
  /** Of a local exchange; absent for a real one. */
  readonly venueUrl?: string;
  readonly page?: string;
}

/** A commented configuration. Keys of the exchange are never in it: they come from the environment or a file of their own. */
export function configText({
  urls,
  rootKey,
  canister,
  owner,
  venueKind,
  venueUrl,
  page,
}: ConfigAnswers): string {
  return `# Plimsoll's agent. Changes take effect at the next start of \`plimsoll run\`.

# The Internet Computer. The second address is tried when the first does not answer.
network:
  urls:
${urls.map((url) => `    - ${url}`).join('\n')}
  # mainnet, or the root key of a network of your own in hex. It is pinned: no node is asked for it.
  rootKey: ${rootKey}

# The risk canister, and the principal whose limits it keeps.
canister: ${canister}
owner: ${owner}
# Which of the owner's accounts (0-15) this agent is granted. What an account began as it stays: paper and live want two
# accounts, two configurations, and an agent's key for each.
account: 0

# The exchange account. Keys do not belong here: see PLIMSOLL_API_KEY and PLIMSOLL_API_SECRET in the runbook.
venue:
  kind: ${venueKind}${venueUrl === undefined ? '' : `\n  url: ${venueUrl}`}
  symbol: ${idOn(venueKind, 'ICP')}
  # The market whose shocks come first.
  leader: ${idOn(venueKind, 'ETH')}

# Journal, receipts and the agent's own key; relative to this file.
state: ./state
${page === undefined ? "# The owner's page, for the links that `pair`, `resume`, `takeover` and `confirm` print.\n# page: https://…" : `\n# The owner's page, for the links that \`pair\`, \`resume\`, \`takeover\` and \`confirm\` print.\npage: ${page}`}

# A position that you opened by hand: protect (rest a stop beside it) or warn (only tell).
adopted: protect

# How often the canister is told. A closed bar and a fill are always told at once.
cadence:
  heartbeatSeconds: 60 # with nothing happening
  jitterSeconds: 5     # spread after a bar's close, so that agents do not all come at once
  nearPercent: 0.5     # nearer than this to stop, take-profit or liquidation: more often
  leaderPercent: 1     # a move of the leader within five minutes that is told at once
  leastSeconds: 10     # never more often than this, except after a fill

# Updates cost the canister cycles. Bars (288 a day) and fills are told even when this is used up.
budget:
  updatesPerDay: 2000
  cyclesPerUpdate: 0   # your own estimate, for the display only

# \`run --mode paper\`: an account that exists on this machine alone.
paper:
  equityUsdt: 1000

# Who is told when something is wrong; try it with \`plimsoll alert test\`. Secrets are named here and kept elsewhere:
# PLIMSOLL_WEBHOOK_URL, PLIMSOLL_TELEGRAM_TOKEN, PLIMSOLL_SMTP_PASSWORD, or the same with _FILE. See docs/operations.md.
# alerts:
#   webhook: { least: warning }
#   telegram: { chatId: "123456", least: warning }
#   email: { host: smtp.example.org, user: me, from: me@example.org, to: [me@example.org], least: alarm }

# Wishes to enter from outside, such as an alert of a chart: http://127.0.0.1:9465/v1/signal, PLIMSOLL_SIGNAL_SECRET.
# signals: { enabled: true, notionalUsdt: 200, maxNotionalUsdt: 1000 }

# Prometheus and health: http://127.0.0.1:9464/metrics, /health, /live.
# metrics: { enabled: true }

log:
  level: info # debug, info, warn, error
`;
}

/** What a venue calls its linear perpetual of a coin. */
function idOn(venueKind: string, coin: string): string {
  return venueKind === 'okx' ? `${coin}-USDT-SWAP` : `${coin}USDT`;
}
