/**
 * The embedded store's tables, one entry a version; an entry, once released, is never edited.
 * Sums of money are text, since wei go beyond SQLite's 64 bits; times are milliseconds since 1970.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY, spec TEXT NOT NULL, salt TEXT NOT NULL, requester TEXT NOT NULL, phase TEXT NOT NULL,
    funded_wei TEXT NOT NULL, settled_charge_wei TEXT NOT NULL, refunded_wei TEXT NOT NULL,
    created_at_ms REAL NOT NULL, started_at_ms REAL, finished_at_ms REAL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE units (
    job TEXT NOT NULL REFERENCES jobs (id), unit INTEGER NOT NULL, verdict TEXT NOT NULL, canonical TEXT,
    disputed INTEGER NOT NULL, queue_ms REAL NOT NULL, run_ms REAL NOT NULL, verify_ms REAL NOT NULL,
    PRIMARY KEY (job, unit)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE assignments (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL REFERENCES jobs (id), unit INTEGER NOT NULL,
    provider TEXT NOT NULL, state TEXT NOT NULL, leased_at_ms REAL NOT NULL,
    commitment TEXT, result_digest TEXT, reason TEXT
  ) STRICT;
  CREATE INDEX assignments_by_unit ON assignments (job, unit);

  CREATE TABLE results (
    assignment TEXT PRIMARY KEY, job TEXT NOT NULL, unit INTEGER NOT NULL, bytes BLOB, blob TEXT,
    CHECK ((bytes IS NULL) <> (blob IS NULL))
  ) STRICT;

  CREATE TABLE ledger (
    job TEXT NOT NULL, unit INTEGER NOT NULL, provider TEXT NOT NULL, amount_wei TEXT NOT NULL, at_ms REAL NOT NULL,
    PRIMARY KEY (job, unit, provider)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE epochs (
    number INTEGER PRIMARY KEY, state TEXT NOT NULL, contents TEXT NOT NULL, transaction_hash TEXT
  ) STRICT;

  CREATE TABLE claims (
    provider TEXT PRIMARY KEY, claimed_wei TEXT NOT NULL, transaction_hash TEXT
  ) STRICT, WITHOUT ROWID;
  `,
  // Verification by audits: pay and draw of each assignment, a ledger by assignment, and what providers' checks came to.
  `
  ALTER TABLE jobs ADD COLUMN control TEXT NOT NULL DEFAULT 'none';
  ALTER TABLE jobs ADD COLUMN spottable INTEGER NOT NULL DEFAULT 0;

  ALTER TABLE units ADD COLUMN mark INTEGER;
  CREATE INDEX provisional_units ON units (canonical, mark) WHERE verdict = 'provisional';

  ALTER TABLE assignments ADD COLUMN pay_wei TEXT NOT NULL DEFAULT '0';
  ALTER TABLE assignments ADD COLUMN draw_round INTEGER;
  UPDATE assignments SET pay_wei = COALESCE((SELECT MAX(amount_wei) FROM ledger WHERE ledger.job = assignments.job), '0');

  ALTER TABLE ledger RENAME TO former_ledger;
  CREATE TABLE ledger (
    assignment TEXT PRIMARY KEY, job TEXT NOT NULL, unit INTEGER NOT NULL, provider TEXT NOT NULL,
    amount_wei TEXT NOT NULL, at_ms REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO ledger SELECT assignments.id, former_ledger.* FROM former_ledger JOIN assignments
    ON assignments.job = former_ledger.job AND assignments.unit = former_ledger.unit
    AND assignments.provider = former_ledger.provider AND assignments.state = 'accepted';
  DROP TABLE former_ledger;

  CREATE TABLE draws (
    assignment TEXT PRIMARY KEY, job TEXT NOT NULL, unit INTEGER NOT NULL, round INTEGER NOT NULL, value TEXT NOT NULL,
    outcome TEXT NOT NULL, anchor INTEGER NOT NULL, spots TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE standings (
    provider TEXT PRIMARY KEY, probation_passed INTEGER NOT NULL, checks INTEGER NOT NULL, units INTEGER NOT NULL,
    missed_at_units INTEGER, checks_from INTEGER NOT NULL, convictions INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE checks (
    provider TEXT NOT NULL, number INTEGER NOT NULL, requester TEXT NOT NULL, weight_wei TEXT NOT NULL,
    PRIMARY KEY (provider, number)
  ) STRICT, WITHOUT ROWID;
  `,
  // Wallets linked by two signatures.
  `
  CREATE TABLE wallets (
    provider TEXT NOT NULL, serial INTEGER NOT NULL, wallet TEXT NOT NULL, expires_at_seconds INTEGER NOT NULL,
    session_signature TEXT NOT NULL, wallet_signature TEXT NOT NULL, state TEXT NOT NULL,
    filed_at_ms REAL NOT NULL, effective_at_ms REAL NOT NULL, from_wei TEXT,
    PRIMARY KEY (provider, serial)
  ) STRICT, WITHOUT ROWID;
  `,
  // The public log: what it will open, its entries, numbered from 0 without a gap, and the last head that was signed.
  `
  CREATE TABLE reveals (
    assignment TEXT PRIMARY KEY, result_digest TEXT NOT NULL, nonce TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE log (number INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
  CREATE TABLE log_head (id INTEGER PRIMARY KEY CHECK (id = 0), size INTEGER NOT NULL, root TEXT NOT NULL) STRICT;
  `,
]
