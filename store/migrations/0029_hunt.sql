-- 0029: retro-hunts: an indicator list or a search over the events that are stored, as a job. The ticker works through the range from its end to its
-- beginning, a slice at a time; position, matches and the records that go out are written in one transaction, so a restart repeats nothing and leaves nothing out.
-- What is found goes to `raw.<organization>.gateway-goshawk` by way of the outbox, and from there becomes findings like what any sensor tells.
CREATE TABLE goshawk.hunt (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization  text        NOT NULL REFERENCES goshawk.organization,
  name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  query         text        CHECK (length(query) <= 2000),
  indicators    jsonb,                                 -- [{type, value}]; either these or the query
  datasets      text[]      NOT NULL,                  -- empty: all
  range_from    timestamptz NOT NULL,
  range_to      timestamptz NOT NULL,
  severity      smallint    NOT NULL CHECK (severity BETWEEN 0 AND 4),
  makes_alerts  boolean     NOT NULL,
  state         text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'done', 'stopped', 'failed')),
  reason        text,                                  -- why it stopped or failed
  -- Events before (position, position_id) have still to be looked at; without an id, events before the position.
  position      timestamptz NOT NULL,
  position_id   bytea,
  slice_micros  bigint      NOT NULL DEFAULT 3600000000,
  events_total  bigint      NOT NULL,                  -- as estimated when it began
  events_looked bigint      NOT NULL DEFAULT 0,        -- by the counts of whole minutes
  busy_ms       bigint      NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    text        NOT NULL,
  changed_at    timestamptz NOT NULL DEFAULT now(),
  finished_at   timestamptz,
  CHECK ((query IS NULL) <> (indicators IS NULL)),
  CHECK (range_from < range_to)
);
CREATE INDEX hunt_organization ON goshawk.hunt (organization, created_at DESC, id DESC);
CREATE INDEX hunt_running ON goshawk.hunt (changed_at) WHERE state = 'running';

-- One row per finding of each hunt, also of those that an earlier hunt made already.
CREATE TABLE goshawk.hunt_match (
  hunt_id      uuid        NOT NULL REFERENCES goshawk.hunt ON DELETE CASCADE,
  finding_id   bytea       NOT NULL,
  organization text        NOT NULL,
  event_time   timestamptz NOT NULL,
  event_id     bytea       NOT NULL,
  is_new       boolean     NOT NULL,                   -- this hunt made the finding
  PRIMARY KEY (hunt_id, finding_id)
);
CREATE INDEX hunt_match_finding ON goshawk.hunt_match (organization, finding_id);
CREATE INDEX hunt_match_newest ON goshawk.hunt_match (hunt_id, event_time DESC, finding_id DESC);

CREATE VIEW api.hunt WITH (security_barrier) AS
  SELECT h.*, (SELECT count(*) FROM goshawk.hunt_match m WHERE m.hunt_id = h.id) AS matches, (SELECT count(*) FROM goshawk.hunt_match m WHERE m.hunt_id = h.id AND m.is_new) AS new_findings
  FROM goshawk.hunt h WHERE h.organization = (SELECT api.organization());
CREATE VIEW api.hunt_match WITH (security_barrier) AS
  SELECT * FROM goshawk.hunt_match WHERE organization = (SELECT api.organization());

-- SQLSTATE 54000: the organization has as many that run or rest as it may.
CREATE FUNCTION api.start_hunt(actor text, content jsonb) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hunt ' || api.organization(), 0));
  IF (SELECT count(*) FROM goshawk.hunt h WHERE h.organization = api.organization() AND h.state IN ('running', 'paused')) >= 10 THEN
    RAISE EXCEPTION 'Too many hunts' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  INSERT INTO goshawk.hunt (organization, name, query, indicators, datasets, range_from, range_to, severity, makes_alerts, position, events_total, created_by)
    VALUES (api.organization(), content->>'name', content->>'query', nullif(content->'indicators', 'null'), ARRAY(SELECT jsonb_array_elements_text(content->'datasets')),
      api.from_micros((content->>'from')::bigint), api.from_micros((content->>'to')::bigint), (content->>'severity')::smallint, (content->>'makesAlerts')::boolean,
      api.from_micros((content->>'to')::bigint), (content->>'events')::bigint, actor) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'hunt.start', new_id::text, content - 'indicators' || jsonb_build_object('indicators', jsonb_array_length(coalesce(nullif(content->'indicators', 'null'), '[]'))));
  RETURN new_id;
END $$;

-- Between running, paused and cancelled. SQLSTATE P0002: no such hunt; 55000: it is over, or there already.
CREATE FUNCTION api.steer_hunt(actor text, hunt_id uuid, new_state text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was goshawk.hunt;
BEGIN
  SELECT * INTO was FROM goshawk.hunt h WHERE h.id = steer_hunt.hunt_id AND h.organization = api.organization() FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such hunt' USING ERRCODE = 'no_data_found';
  ELSIF was.state NOT IN ('running', 'paused') OR was.state = new_state OR new_state NOT IN ('running', 'paused', 'cancelled') THEN
    RAISE EXCEPTION 'The hunt is %', was.state USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  UPDATE goshawk.hunt h SET state = new_state, changed_at = now(), finished_at = CASE new_state WHEN 'cancelled' THEN now() END WHERE h.id = was.id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'hunt.' || CASE new_state WHEN 'running' THEN 'resume' WHEN 'paused' THEN 'pause' ELSE 'cancel' END, was.id::text, '{}');
END $$;

REVOKE ALL ON FUNCTION api.start_hunt(text, jsonb), api.steer_hunt(text, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.start_hunt(text, jsonb), api.steer_hunt(text, uuid, text) TO goshawk_api;
GRANT SELECT ON api.hunt, api.hunt_match TO goshawk_api;

-- The ticker reads as the API does, one organization at a time: the view of events, its counts, and functions of which searches are made (they read nothing).
GRANT SELECT, UPDATE ON goshawk.hunt TO goshawk_stages;
GRANT SELECT, INSERT ON goshawk.hunt_match TO goshawk_stages;
GRANT SELECT ON api.event, api.event_newest, api.event_count TO goshawk_stages;
DO $$
DECLARE
  f regprocedure;
BEGIN
  GRANT EXECUTE ON FUNCTION api.organization() TO goshawk_stages;
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'api'::regnamespace AND p.provolatile = 'i' LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO goshawk_stages', f);
  END LOOP;
END $$;
