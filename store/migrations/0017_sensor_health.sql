-- 0017: how each sensor does, by minute of append time: the broker's clock, which a sensor cannot set. Persist adds rows in the transaction
-- that stores the events and never updates one, so loaders do not wait for each other; the ticker folds them. Readers sum.
-- The columns from ahead_minute on say how far the event's own time is from its append time; events that were given their append time are in none.
CREATE TABLE goshawk.sensor_count (
  minute        timestamptz NOT NULL,
  organization  text        NOT NULL,
  sensor        text        NOT NULL,
  events        bigint      NOT NULL,
  unparsed      bigint      NOT NULL,
  last_at       timestamptz NOT NULL,                  -- append time of the newest
  timed         bigint      NOT NULL,                  -- with a time of their own
  lag_micros    bigint      NOT NULL,                  -- of these, append time less event time, summed; an event that is ahead counts as 0
  ahead_minute  bigint      NOT NULL,                  -- more than a minute ahead
  ahead         bigint      NOT NULL,                  -- 5 s to a minute ahead
  near          bigint      NOT NULL,                  -- within 5 s
  late_minute   bigint      NOT NULL,                  -- 5 s to a minute late
  late_hour     bigint      NOT NULL,                  -- a minute to an hour
  late_day      bigint      NOT NULL,                  -- an hour to a day
  late_more     bigint      NOT NULL,                  -- more than a day
  folded        boolean     NOT NULL DEFAULT false,
  stored_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sensor_count_sensor ON goshawk.sensor_count (organization, sensor, minute DESC);
CREATE INDEX sensor_count_unfolded ON goshawk.sensor_count (stored_at) WHERE NOT folded;
CREATE INDEX sensor_count_minute ON goshawk.sensor_count (minute);

-- Who sent what was refused: of a raw record what its topic or the gateway says, of an event what it carries.
ALTER TABLE goshawk.dead_letter ADD COLUMN sensor text;
CREATE INDEX dead_letter_sensor ON goshawk.dead_letter (organization, sensor, at DESC) WHERE sensor IS NOT NULL;
CREATE OR REPLACE VIEW api.dead_letter WITH (security_barrier) AS
  SELECT * FROM goshawk.dead_letter WHERE organization = (SELECT api.organization());
CREATE OR REPLACE VIEW api.dead_letter_newest WITH (security_barrier) AS
  SELECT * FROM goshawk.dead_letter WHERE organization = (SELECT api.organization()) ORDER BY at DESC, partition DESC, "offset" DESC;

-- A sensor that says nothing for longer than it may: one row from when it was noticed until it speaks again.
CREATE TABLE goshawk.sensor_silence (
  sensor_id  uuid        NOT NULL REFERENCES goshawk.sensor,
  since      timestamptz NOT NULL,                     -- its last record, or its enrolment
  noticed_at timestamptz NOT NULL DEFAULT now(),
  ended_at   timestamptz,
  PRIMARY KEY (sensor_id, since)
);
CREATE UNIQUE INDEX sensor_silence_open ON goshawk.sensor_silence (sensor_id) WHERE ended_at IS NULL;

CREATE VIEW api.sensor_count WITH (security_barrier) AS
  SELECT minute, organization, sensor, events, unparsed, last_at, timed, lag_micros, ahead_minute, ahead, near, late_minute, late_hour, late_day, late_more
  FROM goshawk.sensor_count WHERE organization = (SELECT api.organization());
CREATE VIEW api.sensor_silence WITH (security_barrier) AS
  SELECT l.sensor_id, s.organization, l.since, l.noticed_at, l.ended_at
  FROM goshawk.sensor_silence l JOIN goshawk.sensor s ON s.id = l.sensor_id WHERE s.organization = (SELECT api.organization());

CREATE OR REPLACE VIEW api.sensor_credential WITH (security_barrier) AS
  SELECT c.id, c.sensor_id, c.kind, CASE c.kind WHEN 'token' THEN NULL ELSE c.proof END AS proof, c.created_at, c.created_by, c.expires_at, c.last_used_at, s.organization
  FROM goshawk.sensor_credential c JOIN goshawk.sensor s ON s.id = c.sensor_id WHERE s.organization = (SELECT api.organization());

-- Both ways, each once: what changed by this call. Sensors that are revoked, or have no limit any more, are silent no longer.
CREATE FUNCTION goshawk.note_silence() RETURNS TABLE (organization text, sensor text, since timestamptz, is_silent boolean)
  LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH heard AS (
    SELECT s.id, s.organization, s.name, s.revoked_at IS NULL AND s.silence_seconds IS NOT NULL AS is_watched, s.silence_seconds,
      coalesce((SELECT max(c.last_at) FROM goshawk.sensor_count c
                WHERE c.organization = s.organization AND c.sensor = s.name AND c.last_at > s.created_at), s.created_at) AS last
    FROM goshawk.sensor s WHERE s.revoked_at IS NULL AND s.silence_seconds IS NOT NULL
       OR EXISTS (SELECT FROM goshawk.sensor_silence l WHERE l.sensor_id = s.id AND l.ended_at IS NULL)
  ), judged AS (
    SELECT h.*, h.is_watched AND h.last < now() - make_interval(secs => h.silence_seconds) AS is_silent FROM heard h
  ), ended AS (
    UPDATE goshawk.sensor_silence l SET ended_at = now() FROM judged j WHERE l.sensor_id = j.id AND l.ended_at IS NULL AND NOT j.is_silent
    RETURNING l.sensor_id
  ), begun AS (
    INSERT INTO goshawk.sensor_silence (sensor_id, since) SELECT j.id, j.last FROM judged j WHERE j.is_silent ON CONFLICT DO NOTHING RETURNING sensor_id
  )
  SELECT j.organization, j.name, j.last, j.is_silent FROM judged j WHERE j.id IN (SELECT sensor_id FROM ended UNION ALL SELECT sensor_id FROM begun);
$$;

REVOKE ALL ON FUNCTION goshawk.note_silence() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION goshawk.note_silence() TO goshawk_stages;
GRANT SELECT ON api.sensor_count, api.sensor_silence TO goshawk_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON goshawk.sensor_count TO goshawk_stages;
GRANT SELECT, INSERT, UPDATE ON goshawk.sensor_silence TO goshawk_stages;
