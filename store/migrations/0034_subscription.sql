-- 0034: what of each organization is published to its sink topics. Each change goes out on ref.subscriptions.v1 under a key of its own, so that
-- a replay finds what was asked for at the time; what is removed goes out once more, not enabled.
CREATE TABLE goshawk.subscription (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization text        NOT NULL REFERENCES goshawk.organization,
  name         text        NOT NULL CHECK (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' AND name <> 'default'), -- the configuration has that one
  format       text        NOT NULL CHECK (format IN ('ecs', 'ocsf')),
  kinds        text[]      NOT NULL CHECK (cardinality(kinds) > 0 AND kinds <@ '{event,finding,alert}'),
  min_severity text        NOT NULL CHECK (min_severity IN ('informational', 'low', 'medium', 'high', 'critical')),
  datasets     text[]      NOT NULL CHECK (cardinality(datasets) <= 100), -- empty: all
  query        text        NOT NULL CHECK (length(query) <= 2000),
  enabled      boolean     NOT NULL,
  description  text        NOT NULL CHECK (length(description) <= 2000),
  revision     integer     NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT now(),
  created_by   text        NOT NULL,
  changed_at   timestamptz NOT NULL DEFAULT now(),
  changed_by   text        NOT NULL
);
CREATE UNIQUE INDEX subscription_name ON goshawk.subscription (organization, name);
CREATE VIEW api.subscription WITH (security_barrier) AS
  SELECT * FROM goshawk.subscription WHERE organization = (SELECT api.organization());

-- When it changed last is when the row says so: later than whoever held it before, since the row is held.
CREATE FUNCTION goshawk.publish_subscription(s goshawk.subscription, is_enabled boolean) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  outbox_id bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
  at        bigint := api.micros(clock_timestamp());
BEGIN
  INSERT INTO goshawk.outbox (id, topic, key, payload) VALUES (outbox_id, 'ref.subscriptions.v1', s.id || '|' || at, jsonb_build_object(
    'id', s.id, 'organization', s.organization, 'validFrom', at, 'writtenAt', at, 'version', outbox_id, 'name', s.name, 'format', s.format, 'kinds', to_jsonb(s.kinds),
    'minSeverity', s.min_severity, 'datasets', to_jsonb(s.datasets), 'query', s.query, 'enabled', is_enabled));
END $$;

-- Without an id: a new one. The name of one that exists stays.
-- SQLSTATE 23505: the name is taken; P0002: there is none; 40001: it has another revision; 54000: the organization has too many.
CREATE FUNCTION api.put_subscription(actor text, subscription_id uuid, expected_revision integer, content jsonb) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s goshawk.subscription;
BEGIN
  IF subscription_id IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('subscriptions ' || api.organization(), 0)); -- one after the other, or many at once would all count fewer
    IF (SELECT count(*) FROM goshawk.subscription x WHERE x.organization = api.organization()) >= 100 THEN
      RAISE EXCEPTION 'Too many subscriptions' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    INSERT INTO goshawk.subscription (organization, name, format, kinds, min_severity, datasets, query, enabled, description, created_by, changed_by)
      VALUES (api.organization(), content->>'name', content->>'format', ARRAY(SELECT jsonb_array_elements_text(content->'kinds')), content->>'minSeverity',
        ARRAY(SELECT jsonb_array_elements_text(content->'datasets')), content->>'query', (content->>'enabled')::boolean, content->>'description', actor, actor)
      RETURNING * INTO s;
  ELSE
    SELECT * INTO s FROM goshawk.subscription x WHERE x.id = subscription_id AND x.organization = api.organization() FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'No such subscription' USING ERRCODE = 'no_data_found';
    ELSIF expected_revision <> s.revision THEN
      RAISE EXCEPTION 'The subscription has another revision' USING ERRCODE = 'serialization_failure';
    END IF;
    UPDATE goshawk.subscription x SET format = content->>'format', kinds = ARRAY(SELECT jsonb_array_elements_text(content->'kinds')),
      min_severity = content->>'minSeverity', datasets = ARRAY(SELECT jsonb_array_elements_text(content->'datasets')), query = content->>'query',
      enabled = (content->>'enabled')::boolean, description = content->>'description', revision = x.revision + 1, changed_at = clock_timestamp(), changed_by = actor
      WHERE x.id = subscription_id RETURNING * INTO s;
  END IF;
  PERFORM goshawk.publish_subscription(s, s.enabled);
  PERFORM goshawk.append_audit(api.organization(), actor, 'subscription.put', s.id::text, content);
  RETURN s.id;
END $$;

-- SQLSTATE P0002: there is none.
CREATE FUNCTION api.delete_subscription(actor text, subscription_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was goshawk.subscription;
BEGIN
  DELETE FROM goshawk.subscription x WHERE x.id = subscription_id AND x.organization = api.organization() RETURNING * INTO was;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such subscription' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.publish_subscription(was, false);
  PERFORM goshawk.append_audit(api.organization(), actor, 'subscription.delete', subscription_id::text, jsonb_build_object('name', was.name, 'format', was.format, 'query', was.query));
END $$;

REVOKE ALL ON FUNCTION goshawk.publish_subscription(goshawk.subscription, boolean), api.put_subscription(text, uuid, integer, jsonb), api.delete_subscription(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.put_subscription(text, uuid, integer, jsonb), api.delete_subscription(text, uuid) TO goshawk_api;
GRANT SELECT ON api.subscription TO goshawk_api;
