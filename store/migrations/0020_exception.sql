-- 0020: exceptions: what a rule finds is not to become an alert where an event meets the conditions. Findings are stored with the exception
-- that they met. An exception ends by itself; ended ones stay, so that findings can be explained.
CREATE TABLE goshawk.exception (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization text        NOT NULL REFERENCES goshawk.organization,
  rule_ids     text[]      NOT NULL,                   -- empty: every rule
  conditions   jsonb       NOT NULL,                   -- a Sigma search identifier: a map, or a list of maps
  owner        text        NOT NULL CHECK (length(owner) BETWEEN 1 AND 200),
  reason       text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  created_at   timestamptz NOT NULL DEFAULT now(),
  created_by   text        NOT NULL,
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz,                            -- by hand, before it expired
  ended_by     text,
  version      bigint      NOT NULL DEFAULT 0,
  CHECK (expires_at > created_at)
);
CREATE INDEX exception_organization ON goshawk.exception (organization, created_at DESC, id DESC);

ALTER TABLE goshawk.finding ADD COLUMN rule_set bigint;      -- number of the set that the rule was of; null: from before there were sets
ALTER TABLE goshawk.finding ADD COLUMN suppressed_by text;   -- id of the exception; null: it met none
CREATE OR REPLACE VIEW api.finding WITH (security_barrier) AS
  SELECT * FROM goshawk.finding WHERE organization = (SELECT api.organization());
CREATE OR REPLACE VIEW api.finding_newest WITH (security_barrier) AS
  SELECT * FROM goshawk.finding WHERE organization = (SELECT api.organization()) ORDER BY event_time DESC, id DESC;

CREATE VIEW api.exception WITH (security_barrier) AS
  SELECT id, organization, rule_ids, conditions, owner, reason, created_at, created_by, expires_at, ended_at, ended_by
  FROM goshawk.exception WHERE organization = (SELECT api.organization());

CREATE FUNCTION goshawk.publish_exception(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  e            goshawk.exception;
  next_version bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
BEGIN
  UPDATE goshawk.exception x SET version = next_version WHERE x.id = p_id RETURNING * INTO STRICT e;
  INSERT INTO goshawk.outbox (id, topic, key, payload) VALUES (next_version, 'ref.suppressions.v1', e.id || '|' || api.micros(e.created_at), jsonb_build_object(
    'id', e.id, 'organization', e.organization, 'validFrom', api.micros(e.created_at), 'validTo', api.micros(least(e.ended_at, e.expires_at)), 'writtenAt', api.micros(now()),
    'version', next_version, 'ruleIds', to_jsonb(e.rule_ids), 'conditions', e.conditions::text, 'owner', e.owner, 'reason', e.reason));
END $$;

CREATE FUNCTION api.add_exception(actor text, rule_ids text[], conditions jsonb, owner text, reason text, expires_at timestamptz) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  INSERT INTO goshawk.exception (organization, rule_ids, conditions, owner, reason, expires_at, created_by)
    VALUES (api.organization(), add_exception.rule_ids, add_exception.conditions, add_exception.owner, add_exception.reason, add_exception.expires_at, actor) RETURNING id INTO new_id;
  PERFORM goshawk.publish_exception(new_id);
  PERFORM goshawk.append_audit(api.organization(), actor, 'exception.add', new_id::text,
    jsonb_build_object('rules', rule_ids, 'conditions', conditions, 'owner', owner, 'reason', reason, 'expiresAt', expires_at));
  RETURN new_id;
END $$;

-- SQLSTATE P0002: no such exception, or it has ended.
CREATE FUNCTION api.end_exception(actor text, exception_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE goshawk.exception e SET ended_at = now(), ended_by = actor
    WHERE e.id = exception_id AND e.organization = api.organization() AND e.ended_at IS NULL AND e.expires_at > now();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such exception' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.publish_exception(exception_id);
  PERFORM goshawk.append_audit(api.organization(), actor, 'exception.end', exception_id::text, '{}');
END $$;

REVOKE ALL ON FUNCTION goshawk.publish_exception(uuid), api.add_exception(text, text[], jsonb, text, text, timestamptz), api.end_exception(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.add_exception(text, text[], jsonb, text, text, timestamptz), api.end_exception(text, uuid) TO goshawk_api;
GRANT SELECT ON api.exception TO goshawk_api;
