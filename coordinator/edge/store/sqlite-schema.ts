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
]
