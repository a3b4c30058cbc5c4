-- 0003: what was found, what belongs together, and what entities did.
-- Severities are those of Sigma: 0 informational, 1 low, 2 medium, 3 high, 4 critical.
-- References to events are JSON arrays of {id, time, dataset, topic, partition, offset}; times in them are microseconds.
CREATE TABLE goshawk.finding (
  event_time   timestamptz NOT NULL,                   -- of the first contributing event
  id           bytea       NOT NULL,
  organization text        NOT NULL,
  last_time    timestamptz NOT NULL,
  kind         text        NOT NULL,                   -- rule, correlation, feature, platform
  rule_id      text        NOT NULL,
  rule_version text        NOT NULL,
  title        text        NOT NULL,
  description  text,
  author       text,
  license      text,
  reference    text,
  severity     smallint    NOT NULL CHECK (severity BETWEEN 0 AND 4),
  status       text        NOT NULL,                   -- production, test, draft
  tags         text[]      NOT NULL,
  group_key    text        NOT NULL,
  entities     jsonb       NOT NULL,                   -- [{type, value}]
  fields       jsonb       NOT NULL,                   -- [{name, value}]
  events       jsonb       NOT NULL,
  event_count  bigint      NOT NULL,
  supersedes   bytea,
  reason       text,
  stored_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_time, id)
) PARTITION_BY_DAY(event_time);
CREATE INDEX finding_newest_first ON goshawk.finding (organization, event_time DESC, id DESC);
CREATE INDEX finding_rule ON goshawk.finding (organization, rule_id, event_time DESC);

-- The state of an alert as the alert stage says it; a revision replaces an older one. What people do with it is in alert_work.
CREATE TABLE goshawk.alert (
  id            bytea       PRIMARY KEY,
  organization  text        NOT NULL,
  revision      integer     NOT NULL,
  event_time    timestamptz NOT NULL,                  -- of the first contributing event
  last_time     timestamptz NOT NULL,
  title         text        NOT NULL,
  severity      smallint    NOT NULL CHECK (severity BETWEEN 0 AND 4),
  group_key     text        NOT NULL,
  score         integer     NOT NULL,
  rule_ids      text[]      NOT NULL,
  tags          text[]      NOT NULL,
  entities      jsonb       NOT NULL,
  findings      jsonb       NOT NULL,                  -- [{id, ruleId, time}]
  finding_count bigint      NOT NULL,
  events        jsonb       NOT NULL,
  event_count   bigint      NOT NULL,
  reason        text        NOT NULL,
  stored_at     timestamptz NOT NULL DEFAULT now(),    -- of this revision
  opened_at     timestamptz NOT NULL DEFAULT now(),    -- of the first
  changed_at    timestamptz NOT NULL DEFAULT now()     -- of the last change by the stage or by people
);
CREATE INDEX alert_last_changed ON goshawk.alert (organization, changed_at DESC, id DESC);
CREATE INDEX alert_opened ON goshawk.alert (organization, event_time DESC);

CREATE TABLE goshawk.alert_work (
  alert_id     bytea       PRIMARY KEY REFERENCES goshawk.alert,
  organization text        NOT NULL,
  status       text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'closed')),
  verdict      text        CHECK (verdict IN ('true_positive', 'false_positive', 'benign')),
  assignee     text,
  changed_at   timestamptz NOT NULL DEFAULT now(),
  changed_by   text        NOT NULL
);
CREATE TABLE goshawk.alert_note (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id     bytea       NOT NULL REFERENCES goshawk.alert,
  organization text        NOT NULL,
  at           timestamptz NOT NULL DEFAULT now(),
  by           text        NOT NULL,
  text         text        NOT NULL CHECK (length(text) BETWEEN 1 AND 10000)
);
CREATE INDEX alert_note_alert ON goshawk.alert_note (alert_id, id);

-- Contributing events of alerts. Persist asks (evidence_due) in the transaction that stores the alert; the ticker copies as
-- soon as the event is stored. It outlives topics and event retention.
CREATE TABLE goshawk.evidence_due (
  alert_id      bytea       NOT NULL,
  event_time    timestamptz NOT NULL,
  event_id      bytea       NOT NULL,
  organization  text        NOT NULL,
  raw_topic     text        NOT NULL,
  raw_partition integer     NOT NULL,
  raw_offset    bigint      NOT NULL,
  asked_at      timestamptz NOT NULL DEFAULT now(),
  due_at        timestamptz NOT NULL DEFAULT now(),    -- when to look next
  tries         integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (alert_id, event_time, event_id)
);
CREATE INDEX evidence_due_next ON goshawk.evidence_due (due_at);
CREATE TABLE goshawk.evidence (
  alert_id      bytea       NOT NULL,
  event_time    timestamptz NOT NULL,
  event_id      bytea       NOT NULL,
  organization  text        NOT NULL,
  raw_topic     text        NOT NULL,
  raw_partition integer     NOT NULL,
  raw_offset    bigint      NOT NULL,
  raw           bytea,                                 -- the sensor's bytes from the raw topic; null until read, or when they were gone
  raw_hash      bytea,                                 -- SHA-256 of raw
  raw_state     text        NOT NULL DEFAULT 'due' CHECK (raw_state IN ('due', 'kept', 'gone')),
  event         jsonb       NOT NULL,                  -- the row of goshawk.event, without native
  native        text        NOT NULL,
  event_hash    bytea       NOT NULL,                  -- SHA-256 of event and native as text
  copied_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (alert_id, event_time, event_id)
);
CREATE INDEX evidence_raw_due ON goshawk.evidence (copied_at) WHERE raw_state = 'due';

CREATE TABLE goshawk.feature (
  window_start          timestamptz NOT NULL,
  window_micros         bigint      NOT NULL,
  organization          text        NOT NULL,
  entity_type           text        NOT NULL,          -- host, user, address
  entity                text        NOT NULL,
  events                bigint      NOT NULL,
  failures              bigint      NOT NULL,
  bytes_out             bigint      NOT NULL,
  bytes_in              bigint      NOT NULL,
  distinct_destinations bigint      NOT NULL,
  distinct_ports        bigint      NOT NULL,
  distinct_users        bigint      NOT NULL,
  distinct_actions      bigint      NOT NULL,
  stored_at             timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (window_start, organization, entity_type, entity, window_micros)
) PARTITION_BY_DAY(window_start);
CREATE INDEX feature_entity ON goshawk.feature (organization, entity_type, entity, window_start DESC);
