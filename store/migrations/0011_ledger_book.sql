-- 0011: the ledger's books. Entries lie on ledger.v1 and in stage_ledger; here are their sums at one moment after another, so that a day is the
-- difference of two rows per consumer, however many records it had.

-- One row: sums of all entries up to `position` (offset of ledger.v1), from which the next closing goes on.
CREATE TABLE goshawk.ledger_book (
  only_one  boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
  position  bigint      NOT NULL,
  book      jsonb       NOT NULL,                      -- StoredBook of domains/ledger
  closed_at timestamptz NOT NULL
);

-- A consumer's sums at a moment, since its first entry. A consumer that read nothing since has no new row.
CREATE TABLE goshawk.ledger_closing (
  stage       text        NOT NULL,
  topic       text        NOT NULL,
  partition   integer     NOT NULL,
  at          timestamptz NOT NULL,
  app         text        NOT NULL,
  from_offset bigint      NOT NULL,
  to_offset   bigint      NOT NULL,
  records     bigint      NOT NULL,                    -- `in`
  passed      bigint      NOT NULL,
  emitted     bigint      NOT NULL,
  dropped     jsonb       NOT NULL,                    -- {reason: count}
  rejected    jsonb       NOT NULL,                    -- {code: count}
  out         jsonb       NOT NULL,                    -- {topic: count}
  reason      text,                                    -- why it was not compared with what was written; null: it was
  PRIMARY KEY (stage, topic, partition, at)
);
CREATE INDEX ledger_closing_at ON goshawk.ledger_closing (at);

-- What did not add up, found by the closing at `at`: it happened between that one and the one before.
CREATE TABLE goshawk.ledger_break (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL,
  kind        text        NOT NULL,
  stage       text        NOT NULL,
  topic       text        NOT NULL,
  partition   integer     NOT NULL,
  from_offset bigint      NOT NULL,
  to_offset   bigint      NOT NULL,
  count       bigint      NOT NULL,
  detail      text        NOT NULL
);
CREATE INDEX ledger_break_at ON goshawk.ledger_break (at);

-- One signed document a day (UTC), each naming the hash of the one before it.
CREATE TABLE goshawk.ledger_report (
  day     date        PRIMARY KEY,
  hash    bytea       NOT NULL,                        -- SHA-256 of the document
  jws     text        NOT NULL,                        -- compact, EdDSA under the installation's key
  made_at timestamptz NOT NULL DEFAULT now()
);

-- Counts of the installation as a whole, like api.stage_ledger.
CREATE VIEW api.ledger_book AS SELECT position, book, closed_at FROM goshawk.ledger_book;
CREATE VIEW api.ledger_closing AS SELECT * FROM goshawk.ledger_closing;
CREATE VIEW api.ledger_break AS SELECT * FROM goshawk.ledger_break;
CREATE VIEW api.ledger_report AS SELECT * FROM goshawk.ledger_report;
GRANT SELECT ON api.ledger_book, api.ledger_closing, api.ledger_break, api.ledger_report TO goshawk_api, goshawk_stages;
GRANT SELECT ON api.stage_ledger TO goshawk_stages;
GRANT SELECT, INSERT, UPDATE, DELETE ON goshawk.ledger_book, goshawk.ledger_closing TO goshawk_stages;
GRANT SELECT, INSERT ON goshawk.ledger_break, goshawk.ledger_report TO goshawk_stages;
