-- 0038: links by which somebody who forgot the password chooses another.

-- One a user: the next takes its place, and one that was used is gone.
CREATE TABLE goshawk.password_link (
  user_id      uuid        PRIMARY KEY REFERENCES goshawk.app_user ON DELETE CASCADE,
  organization text        NOT NULL REFERENCES goshawk.organization,
  token_hash   bytea       NOT NULL UNIQUE,            -- SHA-256
  created_by   text        NOT NULL,
  expires_at   timestamptz NOT NULL
);

-- Made for an account as it was, by somebody as they were: whatever changes about either ends it. `generation` is that of roles, and of what they give.
CREATE FUNCTION goshawk.password_link_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM goshawk.password_link l WHERE l.user_id = NEW.id;
  IF NEW.disabled_at IS NOT NULL OR NEW.generation <> OLD.generation OR NEW.name <> OLD.name THEN
    DELETE FROM goshawk.password_link l WHERE l.organization = OLD.organization AND l.created_by = OLD.name;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER password_link_ends AFTER UPDATE ON goshawk.app_user FOR EACH ROW
  WHEN ((OLD.name, OLD.email, OLD.generation, OLD.password_at, OLD.disabled_at) IS DISTINCT FROM (NEW.name, NEW.email, NEW.generation, NEW.password_at, NEW.disabled_at))
  EXECUTE FUNCTION goshawk.password_link_ends();
CREATE FUNCTION goshawk.password_links_of_account_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM goshawk.password_link l WHERE l.organization = OLD.organization AND l.created_by = 'service:' || OLD.name;
  RETURN NULL;
END $$;
CREATE TRIGGER password_links_of_account_end AFTER UPDATE ON goshawk.service_account FOR EACH ROW
  WHEN ((OLD.roles, OLD.disabled_at, OLD.removed_at) IS DISTINCT FROM (NEW.roles, NEW.disabled_at, NEW.removed_at))
  EXECUTE FUNCTION goshawk.password_links_of_account_end();

-- Gives until when. The user stays as they are until the transaction ends, so what the caller reads of them after this is what the link is for. P0002: no such user.
CREATE FUNCTION api.add_password_link(actor text, user_id uuid, token_hash bytea, lifetime interval) RETURNS timestamptz
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
  until     timestamptz := now() + lifetime;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = add_password_link.user_id AND u.organization = api.organization() FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.password_link l WHERE l.user_id = add_password_link.user_id OR l.expires_at < now() - interval '1 day';
  INSERT INTO goshawk.password_link VALUES (add_password_link.user_id, api.organization(), add_password_link.token_hash, actor, until);
  PERFORM goshawk.append_audit(api.organization(), actor, 'password_link.add', user_name, jsonb_build_object('id', add_password_link.user_id));
  RETURN until;
END $$;

-- Of any organization: which one is what is asked. No row: unknown, used, replaced, past its end, ended by a change, or the organization is suspended.
CREATE FUNCTION api.open_password_link(token_hash bytea) RETURNS TABLE (organization text, organization_name text, name text, expires_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.organization, o.name, u.name, l.expires_at
  FROM goshawk.password_link l JOIN goshawk.app_user u ON u.id = l.user_id JOIN goshawk.organization o ON o.id = l.organization
  WHERE l.token_hash = open_password_link.token_hash AND l.expires_at > now() AND o.suspended_at IS NULL;
$$;

-- Once, under the organization of the transaction: the password is another, wrong guesses of it are forgotten, and all sessions end; gives their ids.
-- Second factors stay, and so do wrong guesses of them. P0002: none that is open.
CREATE FUNCTION api.accept_password_link(token_hash bytea, password_hash text) RETURNS SETOF uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  u       goshawk.app_user;
  made_by text;
BEGIN
  -- The user before the link, as whoever changes the user locks them.
  SELECT x.* INTO u FROM goshawk.app_user x JOIN goshawk.password_link l ON l.user_id = x.id
    WHERE l.token_hash = accept_password_link.token_hash AND x.organization = api.organization() FOR NO KEY UPDATE OF x;
  DELETE FROM goshawk.password_link l USING goshawk.organization o
    WHERE l.user_id = u.id AND l.token_hash = accept_password_link.token_hash AND l.expires_at > now() AND o.id = l.organization AND o.suspended_at IS NULL
    RETURNING l.created_by INTO made_by;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such link' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), u.name, 'password_link.accept', u.name, jsonb_build_object('id', u.id, 'madeBy', made_by));
  DELETE FROM goshawk.sign_in_attempt a WHERE a.kind = 'account' AND a.subject = goshawk.attempt_subject('account', u.name);
  RETURN QUERY SELECT api.set_password(u.name, u.id, accept_password_link.password_hash, NULL);
END $$;

REVOKE ALL ON FUNCTION goshawk.password_link_ends(), goshawk.password_links_of_account_end() FROM PUBLIC;
DO $$
DECLARE
  written text;
BEGIN
  FOREACH written IN ARRAY ARRAY['api.add_password_link(text, uuid, bytea, interval)', 'api.open_password_link(bytea)', 'api.accept_password_link(bytea, text)']
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC; GRANT EXECUTE ON FUNCTION %s TO goshawk_api', written, written);
  END LOOP;
END $$;
