/**
 * Migrations of the journal, oldest first; the schema's version is the number applied. Only ever append. Times are
 * milliseconds since 1970-01-01 UTC: `wall` by this machine's clock, `market` by the venue's. Prices and quantities are
 * doubles, which hold a venue's decimals and give them back unchanged.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE decisions (
    id BLOB PRIMARY KEY,
    sequence INTEGER NOT NULL,
    head BLOB NOT NULL,
    decision BLOB NOT NULL,
    decision_hash BLOB NOT NULL,
    receipt BLOB NOT NULL,
    market_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX decisions_by_time ON decisions (wall_ms);

  CREATE TABLE orders (
    client_order_id TEXT PRIMARY KEY,
    trade_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('entry', 'stop', 'take-profit-1', 'take-profit-2', 'close', 'reduce')),
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'conditional')),
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity REAL NOT NULL,
    trigger_price REAL NOT NULL,
    because TEXT NOT NULL,
    decision_id BLOB,
    state TEXT NOT NULL CHECK (state IN
      ('intended', 'sent', 'confirmed', 'rejected', 'denied', 'ambiguous', 'cancelled', 'filled')),
    attempts INTEGER NOT NULL,
    venue_id TEXT,
    filled_quantity REAL NOT NULL,
    average_price REAL NOT NULL,
    failure TEXT,
    confirmed_market_ms INTEGER,
    ended_market_ms INTEGER,
    intended_wall_ms INTEGER NOT NULL,
    updated_wall_ms INTEGER NOT NULL,
    UNIQUE (trade_id, role, version)
  ) STRICT;
  CREATE INDEX orders_by_state ON orders (state);

  CREATE TABLE fills (
    id TEXT PRIMARY KEY,
    venue_order_id TEXT NOT NULL,
    side TEXT NOT NULL,
    quantity REAL NOT NULL,
    price REAL NOT NULL,
    fee_usdt REAL,
    realized_usdt REAL NOT NULL,
    market_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX fills_by_time ON fills (market_ms);

  CREATE TABLE calls (
    id BLOB PRIMARY KEY,
    method TEXT NOT NULL,
    frame BLOB NOT NULL,
    is_answered INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'alarm')),
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    wall_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE memory (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    wall_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE orders ADD COLUMN is_reported INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX orders_unreported ON orders (is_reported) WHERE is_reported = 0;
  `,
];
