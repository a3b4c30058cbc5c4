-- 0027: what serves the search language, and roll-ups.
-- `terms`: hashes of the whole values of an event, of typed and native fields alike, as store/queries/search/terms.ts makes them. Null: of an
-- event that was stored before there were any, or that has too many values; such events are looked at one by one. Measured on 100,000 real
-- events: 2 us an event while storing and 92 bytes of index; trigrams of the native document cost 290 us and 1,200 bytes (docs/adr/0005).
ALTER TABLE goshawk.event ADD COLUMN terms integer[];
CREATE INDEX event_terms ON goshawk.event USING gin (terms);
CREATE INDEX event_without_terms ON goshawk.event (organization, event_time DESC) WHERE terms IS NULL;

-- The newest events that have all of `has_all` and one of `has_any` (null: no matter, but not both) in [from_micros, to_micros), and those without terms; at most
-- `most`, after (to_micros, to_id) in that order. The hashes are of the organization, so events of others are not even read. The condition that was
-- meant is the caller's to test. It is text put together here, so that each call is planned for its own range and values.
CREATE FUNCTION api.events_with(has_all integer[], has_any integer[], from_micros bigint, to_micros bigint, to_id bytea, most integer) RETURNS TABLE (event_time timestamptz, id bytea)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  range  text := 'SELECT e.event_time, e.id FROM goshawk.event e WHERE e.organization = $1 AND e.event_time >= $2 AND e.event_time <= $3 AND (e.event_time < $3 OR e.id < $4) AND ';
  newest text := ' ORDER BY e.event_time DESC, e.id DESC LIMIT $5';
BEGIN
  RETURN QUERY EXECUTE format('SELECT * FROM ((%s) UNION ALL (%s)) e %s',
      -- Behind a fence: the planner takes a value for frequent where it knows nothing, and would walk through all events by time.
      'SELECT e.event_time, e.id FROM (' || range || concat_ws(' AND ', CASE WHEN has_all IS NOT NULL THEN 'e.terms @> $6' END, CASE WHEN has_any IS NOT NULL THEN 'e.terms && $7' END) || ' OFFSET 0) e' || newest,
      range || 'e.terms IS NULL' || newest, newest)
    USING api.organization(), api.from_micros(from_micros), api.from_micros(to_micros), to_id, most, has_all, has_any;
END $$;

-- As the views `_newest`, for pages the other way.
CREATE VIEW api.event_oldest WITH (security_barrier) AS
  SELECT * FROM goshawk.event WHERE organization = (SELECT api.organization()) ORDER BY event_time, id;
CREATE VIEW api.finding_oldest WITH (security_barrier) AS
  SELECT * FROM goshawk.finding WHERE organization = (SELECT api.organization()) ORDER BY event_time, id;
GRANT SELECT ON api.event_oldest, api.finding_oldest TO goshawk_api;

-- Counts of whole hours and days, of the rows of event_count that are folded: whoever folds adds here in the same transaction, so folded sums and
-- those that are not folded yet are all there is, and no event is in both. They outlive the minutes.
CREATE TABLE goshawk.event_sum (
  span         text        NOT NULL CHECK (span IN ('hour', 'day')),
  start        timestamptz NOT NULL,
  organization text        NOT NULL,
  dataset      text        NOT NULL,
  sensor       text        NOT NULL,
  severity     smallint    NOT NULL,                   -- -1 = none
  events       bigint      NOT NULL,
  PRIMARY KEY (organization, span, start, dataset, sensor, severity)
);
INSERT INTO goshawk.event_sum
  SELECT s.span, date_trunc(s.span, c.minute, 'UTC'), c.organization, c.dataset, c.sensor, coalesce(c.severity, -1), sum(c.events)
  FROM goshawk.event_count c CROSS JOIN (VALUES ('hour'), ('day')) AS s (span) WHERE c.folded GROUP BY 1, 2, 3, 4, 5, 6;

CREATE VIEW api.event_sum WITH (security_barrier) AS
  SELECT span, start, organization, dataset, sensor, nullif(severity, -1) AS severity, events FROM goshawk.event_sum WHERE organization = (SELECT api.organization());
CREATE OR REPLACE VIEW api.event_count WITH (security_barrier) AS
  SELECT minute, organization, dataset, sensor, severity, events, folded FROM goshawk.event_count WHERE organization = (SELECT api.organization());

-- A text as a time, or null: what sensors write in a field of times may be anything.
CREATE FUNCTION api.time_or_null(value text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN CASE WHEN value ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$' THEN value::timestamptz END;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
  RETURN NULL;
END $$;

-- What stands between the quotation marks of a JSON text, as the text that it means; as it is where it means none.
CREATE FUNCTION api.json_text(escaped text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN CASE WHEN strpos(escaped, '\') = 0 THEN escaped ELSE ('"' || escaped || '"')::jsonb #>> '{}' END;
EXCEPTION WHEN data_exception THEN
  RETURN escaped;
END $$;

REVOKE ALL ON FUNCTION api.events_with(integer[], integer[], bigint, bigint, bytea, integer), api.time_or_null(text), api.json_text(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.events_with(integer[], integer[], bigint, bigint, bytea, integer), api.time_or_null(text), api.json_text(text) TO goshawk_api;
GRANT SELECT ON api.event_sum TO goshawk_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON goshawk.event_sum TO goshawk_stages;
