-- 0035: hunts that read by the index of values (0027), and say so before they begin.
-- Persist now also lists names: the last two, three and four labels of each host name of an event, so that what lies below a domain is found by it
-- (store/queries/search/terms.ts). Events that were stored before have no such terms, so hunts for names read those one after the other, as they did.
CREATE TABLE goshawk.term_listing (
  what   text        PRIMARY KEY,
  since  timestamptz                                   -- events of this time and later have such terms; null: all have
);
-- An hour is left for processes of the version before that still run.
INSERT INTO goshawk.term_listing SELECT 'names', CASE WHEN max(event_time) IS NOT NULL THEN greatest(max(event_time), now() + interval '1 hour') END FROM goshawk.event;

-- Null: all events.
CREATE FUNCTION api.names_listed_since() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$ SELECT since FROM goshawk.term_listing WHERE what = 'names' $$;

-- The newest events that have any of up to some ten thousand terms in [from_micros, to_micros), and those without terms; at most `most`, after (to_micros, to_id) in
-- that order. Like api.events_with, but each term is looked up by itself: `&&` with a list of thousands compares each event's terms with all of them wherever the
-- planner does not take the index. For the same reason whole days are asked for, which are a partition each, and the settings make time look dear: 13 us a
-- term and day against 60 s (400,000 events, 20,000 terms).
CREATE FUNCTION api.events_with_any(terms integer[], from_micros bigint, to_micros bigint, to_id bytea, most integer) RETURNS TABLE (event_time timestamptz, id bytea)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET jit = off
  SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET random_page_cost = 0.01 SET cpu_operator_cost = 0.1 AS $$
DECLARE
  days   text := format('SELECT e.event_time, e.id FROM goshawk.event e WHERE e.organization = $1 AND e.event_time >= %L AND e.event_time < %L',
           date_trunc('day', api.from_micros(from_micros)),
           -- Nothing is before the first id: then the day that begins at the end is left out.
           date_trunc('day', api.from_micros(CASE WHEN to_id = decode(repeat('0', 32), 'hex') THEN to_micros - 1 ELSE to_micros END)) + interval '1 day');
  newest text := ' WHERE e.event_time >= $2 AND e.event_time <= $3 AND (e.event_time < $3 OR e.id < $4) ORDER BY e.event_time DESC, e.id DESC LIMIT $5';
BEGIN
  RETURN QUERY EXECUTE format('SELECT DISTINCT u.event_time, u.id FROM (
      (SELECT f.* FROM unnest($6) t (term) CROSS JOIN LATERAL (SELECT * FROM (%s AND e.terms @> ARRAY[t.term] OFFSET 0) e %s) f)
      UNION ALL (SELECT * FROM (%s AND e.terms IS NULL OFFSET 0) e %s)) u ORDER BY 1 DESC, 2 DESC LIMIT $5', days, newest, days, newest)
    USING api.organization(), api.from_micros(from_micros), api.from_micros(to_micros), to_id, most, terms;
END $$;
REVOKE ALL ON FUNCTION api.names_listed_since(), api.events_with_any(integer[], bigint, bigint, bytea, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.names_listed_since(), api.events_with_any(integer[], bigint, bigint, bytea, integer) TO goshawk_api, goshawk_stages;
GRANT EXECUTE ON FUNCTION api.events_with(integer[], integer[], bigint, bigint, bytea, integer) TO goshawk_stages;
GRANT SELECT ON api.event_sum TO goshawk_stages;

ALTER TABLE goshawk.hunt
  ADD COLUMN served_by     text   NOT NULL DEFAULT 'time' CHECK (served_by IN ('time', 'values')),
  ADD COLUMN reads_total   bigint,                     -- events to be read, as estimated when it began; null before this migration: all of events_total
  ADD COLUMN events_read   bigint NOT NULL DEFAULT 0,
  ADD COLUMN by_time_until timestamptz;                -- events from here on are read by time: the index named too many of them
UPDATE goshawk.hunt SET events_read = events_looked;

DROP VIEW api.hunt;
CREATE VIEW api.hunt WITH (security_barrier) AS
  SELECT h.id, h.organization, h.name, h.query, h.indicators, coalesce(jsonb_array_length(h.indicators), 0) AS indicator_count, h.datasets, h.range_from, h.range_to, h.severity, h.makes_alerts,
    h.state, h.reason, h.position, h.events_total, h.events_looked, h.served_by, coalesce(h.reads_total, h.events_total) AS reads_total, h.events_read, h.busy_ms,
    h.created_at, h.created_by, h.changed_at, h.finished_at,
    (SELECT count(*) FROM goshawk.hunt_match m WHERE m.hunt_id = h.id) AS matches, (SELECT count(*) FROM goshawk.hunt_match m WHERE m.hunt_id = h.id AND m.is_new) AS new_findings
  FROM goshawk.hunt h WHERE h.organization = (SELECT api.organization());
GRANT SELECT ON api.hunt TO goshawk_api;

-- SQLSTATE 54000: the organization has as many that run or rest as it may.
CREATE OR REPLACE FUNCTION api.start_hunt(actor text, content jsonb) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hunt ' || api.organization(), 0));
  IF (SELECT count(*) FROM goshawk.hunt h WHERE h.organization = api.organization() AND h.state IN ('running', 'paused')) >= 10 THEN
    RAISE EXCEPTION 'Too many hunts' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  INSERT INTO goshawk.hunt (organization, name, query, indicators, datasets, range_from, range_to, severity, makes_alerts, position, events_total, reads_total, served_by, created_by)
    VALUES (api.organization(), content->>'name', content->>'query', nullif(content->'indicators', 'null'), ARRAY(SELECT jsonb_array_elements_text(content->'datasets')),
      api.from_micros((content->>'from')::bigint), api.from_micros((content->>'to')::bigint), (content->>'severity')::smallint, (content->>'makesAlerts')::boolean,
      api.from_micros((content->>'to')::bigint), (content->>'events')::bigint, (content->>'reads')::bigint, coalesce(content->>'servedBy', 'time'), actor) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'hunt.start', new_id::text, content - 'indicators' || jsonb_build_object('indicators', jsonb_array_length(coalesce(nullif(content->'indicators', 'null'), '[]'))));
  RETURN new_id;
END $$;
