-- 0015: who may send. Tokens are kept as hashes only: 32 random bytes need no slow hash. A revoked sensor keeps its row, so that the
-- history of its name stays readable; the name may be taken again.
CREATE TABLE goshawk.sensor (
  id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization    text        NOT NULL REFERENCES goshawk.organization,
  name            text        NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'), -- what its events carry as sensor
  access          text        NOT NULL CHECK (access IN ('token', 'mtls', 'spiffe', 'sasl')),
  source          text        NOT NULL CHECK (source ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  topic           text        NOT NULL,
  format          text        CHECK (format ~ '^[a-z0-9][a-z0-9-]{0,39}$'),        -- null: found out record by record
  silence_seconds integer     CHECK (silence_seconds BETWEEN 60 AND 2592000),      -- an alarm after so long without a record; null: none
  created_at      timestamptz NOT NULL DEFAULT now(),
  created_by      text        NOT NULL,
  revoked_at      timestamptz,
  revoked_by      text,
  version         bigint      NOT NULL DEFAULT 0,
  -- Headers of gateway topics are believed, so nobody but the gateway may be given one.
  CHECK (topic = 'raw.' || organization || CASE access WHEN 'sasl' THEN '.' ELSE '.gateway-' END || source),
  CHECK (access <> 'sasl' OR (source !~ '^gateway-' AND source = name))
);
CREATE UNIQUE INDEX sensor_name ON goshawk.sensor (organization, name) WHERE revoked_at IS NULL;

CREATE TABLE goshawk.sensor_credential (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  sensor_id    uuid        NOT NULL REFERENCES goshawk.sensor,
  kind         text        NOT NULL CHECK (kind IN ('token', 'certificate', 'spiffe', 'sasl')),
  proof        text        NOT NULL, -- SHA-256 in hex of the token or of the certificate's DER; the SPIFFE ID; the broker's user
  created_at   timestamptz NOT NULL DEFAULT now(),
  created_by   text        NOT NULL,
  expires_at   timestamptz,          -- null: until it is revoked
  last_used_at timestamptz           -- to the minute; null for what only the broker sees
);
CREATE UNIQUE INDEX sensor_credential_proof ON goshawk.sensor_credential (kind, proof);
CREATE INDEX sensor_credential_sensor ON goshawk.sensor_credential (sensor_id);

-- Of any organization: which one is what is asked. No row: unknown, revoked, or past its end.
CREATE FUNCTION api.authenticate_sensor(kind text, proof text)
  RETURNS TABLE (credential_id uuid, organization text, sensor text, source text, format text, expires_at timestamptz)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT c.id, s.organization, s.name, s.source, s.format, c.expires_at
    FROM goshawk.sensor_credential c JOIN goshawk.sensor s ON s.id = c.sensor_id
    WHERE c.kind = authenticate_sensor.kind AND c.proof = authenticate_sensor.proof
      AND s.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now());
  IF FOUND THEN
    UPDATE goshawk.sensor_credential c SET last_used_at = now()
      WHERE c.kind = authenticate_sensor.kind AND c.proof = authenticate_sensor.proof AND (c.last_used_at IS NULL OR c.last_used_at < now() - interval '1 minute');
  END IF;
END $$;

-- Those of the given credentials that hold.
CREATE FUNCTION api.living_credentials(ids uuid[]) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.id FROM goshawk.sensor_credential c JOIN goshawk.sensor s ON s.id = c.sensor_id
  WHERE c.id = ANY (ids) AND s.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now());
$$;

CREATE VIEW api.sensor WITH (security_barrier) AS
  SELECT id, organization, name, access, source, topic, format, silence_seconds, created_at, created_by, revoked_at, revoked_by
  FROM goshawk.sensor WHERE organization = (SELECT api.organization());
-- The proof of a token is a hash, but nobody needs it.
CREATE VIEW api.sensor_credential WITH (security_barrier) AS
  SELECT c.id, c.sensor_id, c.kind, CASE c.kind WHEN 'token' THEN NULL ELSE c.proof END AS proof, c.created_at, c.created_by, c.expires_at, c.last_used_at
  FROM goshawk.sensor_credential c JOIN goshawk.sensor s ON s.id = c.sensor_id WHERE s.organization = (SELECT api.organization());

-- Goes out whole, with the number of its outbox row as version; times in micros. A revoked sensor ends at that time.
CREATE FUNCTION goshawk.publish_sensor(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  s            goshawk.sensor;
  next_version bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
BEGIN
  UPDATE goshawk.sensor x SET version = next_version WHERE x.id = p_id RETURNING * INTO STRICT s;
  INSERT INTO goshawk.outbox (id, topic, key, payload) VALUES (next_version, 'ref.sensors.v1', s.id || '|' || api.micros(s.created_at), jsonb_build_object(
    'id', s.id, 'organization', s.organization, 'validFrom', api.micros(s.created_at), 'validTo', api.micros(s.revoked_at), 'writtenAt', api.micros(now()),
    'version', next_version, 'name', s.name, 'topic', s.topic, 'format', s.format, 'silenceSeconds', s.silence_seconds));
END $$;

-- SQLSTATE 23505 when the name (constraint sensor_name) or the proof (sensor_credential_proof) is taken.
CREATE FUNCTION api.enrol_sensor(actor text, name text, access text, source text, format text, silence_seconds integer, kind text, proof text, expires_at timestamptz) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id    uuid;
  the_topic text := 'raw.' || api.organization() || CASE enrol_sensor.access WHEN 'sasl' THEN '.' ELSE '.gateway-' END || enrol_sensor.source;
BEGIN
  INSERT INTO goshawk.sensor (organization, name, access, source, topic, format, silence_seconds, created_by)
    VALUES (api.organization(), enrol_sensor.name, enrol_sensor.access, enrol_sensor.source, the_topic, enrol_sensor.format, enrol_sensor.silence_seconds, actor)
    RETURNING id INTO new_id;
  INSERT INTO goshawk.sensor_credential (sensor_id, kind, proof, created_by, expires_at)
    VALUES (new_id, enrol_sensor.kind, enrol_sensor.proof, actor, enrol_sensor.expires_at);
  PERFORM goshawk.publish_sensor(new_id);
  PERFORM goshawk.append_audit(api.organization(), actor, 'sensor.enrol', new_id::text,
    jsonb_strip_nulls(jsonb_build_object('name', enrol_sensor.name, 'access', enrol_sensor.access, 'topic', the_topic, 'format', enrol_sensor.format)));
  RETURN new_id;
END $$;

-- A new credential; those that hold end `overlap` from now, or when they would have anyway. The same proof again (a SPIFFE ID) changes nothing.
CREATE FUNCTION api.rotate_sensor(actor text, sensor_id uuid, proof text, expires_at timestamptz, overlap interval) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  the_kind text;
BEGIN
  PERFORM FROM goshawk.sensor s WHERE s.id = rotate_sensor.sensor_id AND s.organization = api.organization() AND s.revoked_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such sensor' USING ERRCODE = 'no_data_found';
  END IF;
  SELECT c.kind INTO STRICT the_kind FROM goshawk.sensor_credential c WHERE c.sensor_id = rotate_sensor.sensor_id ORDER BY c.created_at DESC LIMIT 1;
  UPDATE goshawk.sensor_credential c SET expires_at = least(c.expires_at, now() + overlap)
    WHERE c.sensor_id = rotate_sensor.sensor_id AND (c.expires_at IS NULL OR c.expires_at > now());
  INSERT INTO goshawk.sensor_credential (sensor_id, kind, proof, created_by, expires_at)
    VALUES (rotate_sensor.sensor_id, the_kind, rotate_sensor.proof, actor, rotate_sensor.expires_at);
  PERFORM goshawk.append_audit(api.organization(), actor, 'sensor.rotate', rotate_sensor.sensor_id::text, jsonb_build_object('overlapSeconds', extract(epoch FROM overlap)));
END $$;

CREATE FUNCTION api.revoke_sensor(actor text, sensor_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE goshawk.sensor s SET revoked_at = now(), revoked_by = actor
    WHERE s.id = revoke_sensor.sensor_id AND s.organization = api.organization() AND s.revoked_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such sensor' USING ERRCODE = 'no_data_found';
  END IF;
  UPDATE goshawk.sensor_credential c SET expires_at = now() WHERE c.sensor_id = revoke_sensor.sensor_id AND (c.expires_at IS NULL OR c.expires_at > now());
  PERFORM goshawk.publish_sensor(revoke_sensor.sensor_id);
  PERFORM goshawk.append_audit(api.organization(), actor, 'sensor.revoke', revoke_sensor.sensor_id::text, '{}');
END $$;

REVOKE ALL ON FUNCTION goshawk.publish_sensor(uuid), api.authenticate_sensor(text, text), api.living_credentials(uuid[]),
  api.enrol_sensor(text, text, text, text, text, integer, text, text, timestamptz), api.rotate_sensor(text, uuid, text, timestamptz, interval), api.revoke_sensor(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.authenticate_sensor(text, text), api.living_credentials(uuid[]),
  api.enrol_sensor(text, text, text, text, text, integer, text, text, timestamptz), api.rotate_sensor(text, uuid, text, timestamptz, interval), api.revoke_sensor(text, uuid) TO goshawk_api;
GRANT SELECT ON api.sensor, api.sensor_credential TO goshawk_api;
GRANT SELECT ON goshawk.sensor TO goshawk_stages;
