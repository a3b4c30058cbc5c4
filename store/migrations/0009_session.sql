-- 0009: signed-in sessions. A refresh token is used once: each use makes the next. One that comes again after that was stolen
-- (or its thief was quicker), so the session ends. Only hashes are kept.
CREATE TABLE goshawk.session (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization  text        NOT NULL REFERENCES goshawk.organization,
  user_id       uuid        NOT NULL REFERENCES goshawk.app_user ON DELETE CASCADE,
  token_hash    bytea       NOT NULL, -- SHA-256 of the token that is to be used next
  previous_hash bytea,                -- of the one before
  used_at       timestamptz NOT NULL DEFAULT now(),
  created_at    timestamptz NOT NULL DEFAULT now(),
  expires_at    timestamptz NOT NULL
);
CREATE INDEX session_user_id ON goshawk.session (user_id);

CREATE FUNCTION api.open_session(user_id uuid, token_hash bytea, lifetime interval) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id    uuid;
  user_name text;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = open_session.user_id AND u.organization = api.organization() AND u.disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.session s WHERE s.user_id = open_session.user_id AND s.expires_at < now();
  INSERT INTO goshawk.session (organization, user_id, token_hash, expires_at)
    VALUES (api.organization(), open_session.user_id, open_session.token_hash, now() + lifetime) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), user_name, 'session.open', new_id::text, '{}');
  RETURN new_id;
END $$;

-- `rotated`: next_hash is now the one to use. `repeated`: the one before came again within `grace`, as two tabs of one browser
-- do; the session goes on, its token stays the other one. `reused`: later than that; the session is over, for everybody who has it.
-- `ended`: there is none, it has expired, or its user is disabled.
CREATE FUNCTION api.refresh_session(session_id uuid, presented_hash bytea, next_hash bytea, lifetime interval, grace interval)
  RETURNS TABLE (outcome text, user_name text, roles text[])
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s goshawk.session;
BEGIN
  SELECT * INTO s FROM goshawk.session x WHERE x.id = session_id AND x.organization = api.organization() AND x.expires_at > now() FOR UPDATE;
  SELECT u.name, u.roles INTO user_name, roles FROM goshawk.app_user u WHERE u.id = s.user_id AND u.disabled_at IS NULL;
  outcome := CASE
    WHEN user_name IS NULL THEN 'ended'
    WHEN s.token_hash = presented_hash THEN 'rotated'
    WHEN s.previous_hash = presented_hash AND s.used_at > now() - grace THEN 'repeated'
    WHEN s.previous_hash = presented_hash THEN 'reused'
    ELSE 'ended' END;
  IF outcome = 'rotated' THEN
    UPDATE goshawk.session x SET token_hash = next_hash, previous_hash = presented_hash, used_at = now(), expires_at = now() + lifetime WHERE x.id = session_id;
  ELSIF outcome = 'reused' THEN
    DELETE FROM goshawk.session x WHERE x.id = session_id;
    PERFORM goshawk.append_audit(api.organization(), user_name, 'session.reused', session_id::text, '{}');
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION api.end_session(session_id uuid, presented_hash bytea) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  DELETE FROM goshawk.session s USING goshawk.app_user u
    WHERE s.id = session_id AND s.organization = api.organization() AND u.id = s.user_id AND presented_hash IN (s.token_hash, s.previous_hash)
    RETURNING u.name INTO user_name;
  IF FOUND THEN
    PERFORM goshawk.append_audit(api.organization(), user_name, 'session.end', session_id::text, '{}');
  END IF;
END $$;

-- For searches of networks in fields that are kept as text.
CREATE FUNCTION api.address_or_null(value text) RETURNS inet LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN value::inet;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION api.open_session(uuid, bytea, interval), api.refresh_session(uuid, bytea, bytea, interval, interval), api.end_session(uuid, bytea), api.address_or_null(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.open_session(uuid, bytea, interval), api.refresh_session(uuid, bytea, bytea, interval, interval), api.end_session(uuid, bytea), api.address_or_null(text) TO goshawk_api;
