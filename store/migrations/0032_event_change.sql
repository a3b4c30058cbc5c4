-- 0032: what people say of an event: resolved, a verdict, labels, a comment. The event's own row never changes; each change is a row here, an
-- entry of the audit and a record on events.changes.v1. Kept for good, also when the event's retention is over.
CREATE TABLE goshawk.event_change (
  organization text        NOT NULL REFERENCES goshawk.organization,
  event_id     bytea       NOT NULL CHECK (length(event_id) = 16),
  event_time   timestamptz NOT NULL,
  revision     integer     NOT NULL CHECK (revision > 0),
  at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  by           text        NOT NULL,
  status       text        NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')),
  verdict      text        CHECK (verdict IN ('true_positive', 'false_positive', 'benign')),
  labels       text[]      NOT NULL DEFAULT '{}' CHECK (cardinality(labels) <= 20),
  comment      text        CHECK (length(comment) BETWEEN 1 AND 4000), -- of this change alone
  PRIMARY KEY (organization, event_id, event_time, revision)
);
CREATE VIEW api.event_change WITH (security_barrier) AS
  SELECT organization, event_id, event_time, revision, at, by, status, verdict, labels, comment FROM goshawk.event_change WHERE organization = (SELECT api.organization());

-- Until the end of the transaction nobody else changes what is said of this event: who reads after it reads what was decided last.
CREATE FUNCTION api.hold_event(event_id bytea) RETURNS void LANGUAGE sql
  RETURN pg_advisory_xact_lock(hashtextextended(api.organization() || encode(event_id, 'hex'), 32));

-- As it is to be; `expected` is the revision that it was decided upon, 0 for none, null for whatever is there.
-- SQLSTATE P0002: there is no such event; 40001: somebody changed it meanwhile.
CREATE FUNCTION api.change_event(actor text, event_id bytea, event_time timestamptz, expected integer, status text, verdict text, labels text[], comment text) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  org       text := api.organization();
  following integer;
  changed   timestamptz := clock_timestamp();
BEGIN
  PERFORM FROM goshawk.event e WHERE e.event_time = change_event.event_time AND e.id = change_event.event_id AND e.organization = org;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such event' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM api.hold_event(event_id);
  SELECT coalesce(max(c.revision), 0) + 1 INTO following FROM goshawk.event_change c
    WHERE c.organization = org AND c.event_id = change_event.event_id AND c.event_time = change_event.event_time;
  IF expected IS NOT NULL AND expected <> following - 1 THEN
    RAISE EXCEPTION 'The event has another revision' USING ERRCODE = 'serialization_failure';
  END IF;
  INSERT INTO goshawk.event_change (organization, event_id, event_time, revision, at, by, status, verdict, labels, comment)
    VALUES (org, event_id, event_time, following, changed, actor, status, verdict, labels, comment);
  INSERT INTO goshawk.outbox (topic, key, payload) VALUES ('events.changes.v1', org || '|' || encode(event_id, 'hex') || '|' || following, jsonb_build_object(
    'organization', org, 'eventId', encode(event_id, 'hex'), 'eventTime', api.micros(event_time), 'revision', following, 'at', api.micros(changed), 'by', actor,
    'status', status, 'verdict', verdict, 'labels', to_jsonb(labels), 'comment', comment));
  PERFORM goshawk.append_audit(org, actor, 'event.change', api.micros(event_time) || '-' || encode(event_id, 'hex'),
    jsonb_strip_nulls(jsonb_build_object('revision', following, 'status', status, 'verdict', verdict, 'labels', to_jsonb(labels), 'comment', comment)));
  RETURN following;
END $$;

REVOKE ALL ON FUNCTION api.hold_event(bytea), api.change_event(text, bytea, timestamptz, integer, text, text, text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.hold_event(bytea), api.change_event(text, bytea, timestamptz, integer, text, text, text[], text) TO goshawk_api;
GRANT SELECT ON api.event_change TO goshawk_api;
