-- 0002: events as persist stores them, one row each.
-- The columns are what people filter and group by; every other field is in `detail`, the sensor's own document in `native`.
-- Written by persist only, with its row in stage_offset, so a restart writes nothing twice. The unique key is for what comes
-- again at another offset: replays, re-drives, sensors that repeat an id after the duplicate window.
-- `PARTITION_BY_DAY(column)` is put in by store/tiers.ts: partitions of ours, or a hypertable.
CREATE TABLE goshawk.event (
  event_time           timestamptz NOT NULL,           -- the sensor's
  id                   bytea       NOT NULL,           -- 16 bytes; public id = <micros of event_time>-<hex>
  organization         text        NOT NULL,
  dataset              text        NOT NULL,
  sensor               text        NOT NULL,
  product              text        NOT NULL,
  kind                 text        NOT NULL,
  category             text[]      NOT NULL,
  type                 text[]      NOT NULL,
  outcome              text,
  action               text,
  code                 text,
  provider             text,
  severity             smallint,                       -- 0 to 100
  message              text,
  host_name            text,
  user_name            text,
  target_user_name     text,
  source_ip            inet,
  source_port          integer,
  destination_ip       inet,
  destination_port     integer,
  process_name         text,
  process_executable   text,
  process_command_line text,
  file_path            text,
  dns_question         text,
  url_domain           text,
  rule_name            text,                           -- the sensor's rule that fired
  raw_topic            text        NOT NULL,
  raw_partition        integer     NOT NULL,
  raw_offset           bigint      NOT NULL,
  appended_at          timestamptz NOT NULL,           -- when the broker took the raw record
  parser               text        NOT NULL,
  parser_version       integer     NOT NULL,
  detail               jsonb       NOT NULL,           -- flat: ECS name to value; labels under `labels`; ours under `goshawk.`
  native               text        NOT NULL,           -- JSON text
  stored_at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_time, id)
) PARTITION_BY_DAY(event_time);

-- The keyset that events page by, and one host's history.
CREATE INDEX event_newest_first ON goshawk.event (organization, event_time DESC, id DESC);
CREATE INDEX event_host ON goshawk.event (organization, host_name, event_time DESC);
-- Receipts: rows lie nearly in append order, so a few pages are read for a minute of append time.
CREATE INDEX event_appended ON goshawk.event USING brin (appended_at) WITH (pages_per_range = 32, autosummarize = on);

-- How many events, by minute of event time. Persist adds rows in the transaction that stores the events and never updates
-- one, so loaders do not wait for each other; the ticker folds old minutes. Readers sum.
CREATE TABLE goshawk.event_count (
  minute       timestamptz NOT NULL,
  organization text        NOT NULL,
  dataset      text        NOT NULL,
  sensor       text        NOT NULL,
  severity     smallint,
  events       bigint      NOT NULL,
  folded       boolean     NOT NULL DEFAULT false,
  stored_at    timestamptz NOT NULL DEFAULT now()
) PARTITION_BY_DAY(minute);
CREATE INDEX event_count_minute ON goshawk.event_count (organization, minute);
CREATE INDEX event_count_unfolded ON goshawk.event_count (minute) WHERE NOT folded;
