-- 0012: what lies on dead-letters.v1, without the bytes: lists and counts need not read payloads. Written by the relay, which follows the topic and
-- moves its position in the same transaction; rows go when the topic no longer holds the record.
CREATE TABLE goshawk.dead_letter (
  partition       integer     NOT NULL,                -- of dead-letters.v1
  "offset"        bigint      NOT NULL,
  organization    text        NOT NULL,                -- '' when nobody can tell: then no organization sees it
  at              timestamptz NOT NULL,                -- set aside
  stage           text        NOT NULL,
  code            text        NOT NULL,
  version         text        NOT NULL,
  message         text        NOT NULL,
  topic           text        NOT NULL,                -- where the refused record lay
  topic_partition integer     NOT NULL,
  topic_offset    bigint      NOT NULL,
  raw_topic       text,                                -- where the sensor's record lay that it came from; null when the bytes do not tell
  raw_partition   integer,
  raw_offset      bigint,
  attempt         integer     NOT NULL,
  first_failed_at timestamptz NOT NULL,
  schema_id       integer     NOT NULL,                -- -1: none
  bytes           integer     NOT NULL,
  without         text        NOT NULL,                -- why the bytes are not all there; '' when they are
  redriven_at     timestamptz,                         -- sent again; from redrives.v1
  redriven_by     text,
  PRIMARY KEY (partition, "offset")
);
CREATE INDEX dead_letter_newest ON goshawk.dead_letter (organization, at DESC, partition DESC, "offset" DESC);
CREATE INDEX dead_letter_reason ON goshawk.dead_letter (organization, stage, code, version, topic) INCLUDE (at, redriven_at);
CREATE INDEX dead_letter_raw ON goshawk.dead_letter (raw_topic, raw_partition, raw_offset);

-- How far the relay has read dead-letters.v1 and redrives.v1.
CREATE TABLE goshawk.dead_letter_position (
  topic       text    NOT NULL,
  partition   integer NOT NULL,
  next_offset bigint  NOT NULL,
  PRIMARY KEY (topic, partition)
);

-- Redrives that were asked for through the API. The relay's process does them, one after another, each bounded by what there was when it was asked for.
CREATE TABLE goshawk.redrive (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization text        NOT NULL REFERENCES goshawk.organization,
  filter       jsonb       NOT NULL,
  ends         jsonb       NOT NULL,                   -- {partition: offset} of dead-letters.v1
  requested_by text        NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  state        text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  matched      bigint      NOT NULL DEFAULT 0,
  redriven     bigint      NOT NULL DEFAULT 0,
  already      bigint      NOT NULL DEFAULT 0,
  obstacles    jsonb       NOT NULL DEFAULT '{}',      -- {why: count}
  failure      text,
  changed_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX redrive_open ON goshawk.redrive (requested_at) WHERE state IN ('waiting', 'running');

CREATE VIEW api.dead_letter WITH (security_barrier) AS
  SELECT * FROM goshawk.dead_letter WHERE organization = (SELECT api.organization());
CREATE VIEW api.dead_letter_newest WITH (security_barrier) AS
  SELECT * FROM goshawk.dead_letter WHERE organization = (SELECT api.organization()) ORDER BY at DESC, partition DESC, "offset" DESC;
CREATE VIEW api.redrive WITH (security_barrier) AS
  SELECT * FROM goshawk.redrive WHERE organization = (SELECT api.organization());

CREATE FUNCTION api.request_redrive(actor text, filter jsonb) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  INSERT INTO goshawk.redrive (organization, filter, ends, requested_by)
    VALUES (api.organization(), request_redrive.filter,
            (SELECT coalesce(jsonb_object_agg(partition::text, next_offset), '{}') FROM goshawk.dead_letter_position WHERE topic = 'dead-letters.v1'), actor)
    RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'dead-letter.redrive', new_id::text, jsonb_build_object('filter', request_redrive.filter));
  RETURN new_id;
END $$;

REVOKE ALL ON FUNCTION api.request_redrive(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.request_redrive(text, jsonb) TO goshawk_api;
GRANT SELECT ON api.dead_letter, api.dead_letter_newest, api.redrive TO goshawk_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON goshawk.dead_letter, goshawk.dead_letter_position TO goshawk_stages;
GRANT SELECT, UPDATE, DELETE ON goshawk.redrive TO goshawk_stages;
