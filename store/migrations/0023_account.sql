-- 0023: local accounts: passwords, second factors, passkeys, sessions, and what makes their tokens stop holding.

-- ---- Tokens that stop holding before they expire ----
-- An access token names its session and the generation of its user. A session that ends takes its tokens with it; a new generation (roles
-- that changed) makes those of the one before useless, while sessions go on and get new ones. No token lives longer than a day.
ALTER TABLE goshawk.app_user ADD COLUMN generation integer NOT NULL DEFAULT 1;
CREATE TABLE goshawk.token_revocation (
  session_id   uuid        PRIMARY KEY,
  generation   integer,                                -- tokens of an earlier one are refused; null: all are
  revoked_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX token_revocation_at ON goshawk.token_revocation (revoked_at);

-- `p_generation` null: for good. What is heard on the channel is committed.
CREATE FUNCTION goshawk.revoke_tokens(p_session uuid, p_generation integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO goshawk.token_revocation AS r (session_id, generation) VALUES (p_session, p_generation)
    ON CONFLICT (session_id) DO UPDATE SET generation = CASE WHEN r.generation IS NULL THEN NULL ELSE excluded.generation END, revoked_at = now();
  PERFORM pg_notify('goshawk_revocation', jsonb_build_object('session', p_session, 'generation', p_generation)::text);
END $$;

-- Whatever deletes a session, also the end of its user.
CREATE FUNCTION goshawk.session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM goshawk.revoke_tokens(OLD.id, NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER session_ended AFTER DELETE ON goshawk.session FOR EACH ROW EXECUTE FUNCTION goshawk.session_ended();

-- Other roles: another generation. Whoever changes what a role means raises `generation` by hand.
CREATE FUNCTION goshawk.app_user_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.roles IS DISTINCT FROM OLD.roles AND NEW.generation = OLD.generation THEN
    NEW.generation := OLD.generation + 1;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER app_user_changes BEFORE UPDATE ON goshawk.app_user FOR EACH ROW EXECUTE FUNCTION goshawk.app_user_changes();
CREATE FUNCTION goshawk.app_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.disabled_at IS NOT NULL THEN
    DELETE FROM goshawk.session s WHERE s.user_id = NEW.id;
  ELSIF NEW.generation <> OLD.generation THEN
    PERFORM goshawk.revoke_tokens(s.id, NEW.generation) FROM goshawk.session s WHERE s.user_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER app_user_changed AFTER UPDATE ON goshawk.app_user FOR EACH ROW EXECUTE FUNCTION goshawk.app_user_changed();

-- Of all organizations: a session's id says nothing to who holds no token of it.
CREATE FUNCTION api.token_revocations() RETURNS TABLE (session_id uuid, generation integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.session_id, r.generation FROM goshawk.token_revocation r WHERE r.revoked_at > now() - interval '25 hours';
$$;
CREATE FUNCTION api.forget_token_revocations() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM goshawk.token_revocation r WHERE r.revoked_at < now() - interval '26 hours';
$$;

-- ---- Sessions ----
ALTER TABLE goshawk.session
  ADD COLUMN methods text[]      NOT NULL DEFAULT '{password}', -- how its user proved who they are
  ADD COLUMN address text,                                     -- of the last sign-in or refresh
  ADD COLUMN agent   text        CHECK (length(agent) <= 300),
  ADD COLUMN ends_at timestamptz NOT NULL DEFAULT now() + interval '90 days'; -- however much it is used
-- Refresh tokens that were used: one of them that comes again was copied.
CREATE TABLE goshawk.session_spent (
  session_id uuid  NOT NULL REFERENCES goshawk.session ON DELETE CASCADE,
  token_hash bytea NOT NULL,
  PRIMARY KEY (session_id, token_hash)
);
CREATE VIEW api.session WITH (security_barrier) AS
  SELECT id, organization, user_id, created_at, used_at, expires_at, methods, address, agent FROM goshawk.session
  WHERE organization = (SELECT api.organization()) AND expires_at > now();

DROP FUNCTION api.open_session(uuid, bytea, interval);
CREATE FUNCTION api.open_session(user_id uuid, token_hash bytea, lifetime interval, longest interval, methods text[], address text, agent text)
  RETURNS TABLE (session_id uuid, user_name text, roles text[], generation integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT u.name, u.roles, u.generation INTO user_name, roles, generation FROM goshawk.app_user u
    WHERE u.id = open_session.user_id AND u.organization = api.organization() AND u.disabled_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.session s WHERE s.user_id = open_session.user_id AND s.expires_at < now();
  INSERT INTO goshawk.session AS s (organization, user_id, token_hash, expires_at, ends_at, methods, address, agent)
    VALUES (api.organization(), open_session.user_id, open_session.token_hash, now() + least(lifetime, longest), now() + longest, open_session.methods, open_session.address, left(open_session.agent, 300))
    RETURNING s.id INTO session_id;
  PERFORM goshawk.append_audit(api.organization(), user_name, 'session.open', session_id::text, jsonb_strip_nulls(jsonb_build_object('methods', open_session.methods, 'address', open_session.address)));
  RETURN NEXT;
END $$;

-- As in 0009, but every token that was used before is known again, not the last one alone.
DROP FUNCTION api.refresh_session(uuid, bytea, bytea, interval, interval);
CREATE FUNCTION api.refresh_session(session_id uuid, presented_hash bytea, next_hash bytea, lifetime interval, grace interval, address text, agent text)
  RETURNS TABLE (outcome text, user_name text, roles text[], generation integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s goshawk.session;
BEGIN
  SELECT * INTO s FROM goshawk.session x WHERE x.id = session_id AND x.organization = api.organization() AND x.expires_at > now() FOR UPDATE;
  SELECT u.name, u.roles, u.generation INTO user_name, roles, generation FROM goshawk.app_user u WHERE u.id = s.user_id AND u.disabled_at IS NULL;
  outcome := CASE
    WHEN user_name IS NULL THEN 'ended'
    WHEN s.token_hash = presented_hash THEN 'rotated'
    WHEN s.previous_hash = presented_hash AND s.used_at > now() - grace THEN 'repeated'
    WHEN s.previous_hash = presented_hash OR EXISTS (SELECT FROM goshawk.session_spent p WHERE p.session_id = s.id AND p.token_hash = presented_hash) THEN 'reused'
    ELSE 'ended' END;
  IF outcome = 'rotated' THEN
    INSERT INTO goshawk.session_spent VALUES (s.id, presented_hash) ON CONFLICT DO NOTHING;
    UPDATE goshawk.session x SET token_hash = next_hash, previous_hash = presented_hash, used_at = now(), expires_at = least(now() + lifetime, x.ends_at),
      address = refresh_session.address, agent = left(refresh_session.agent, 300) WHERE x.id = s.id;
  ELSIF outcome = 'reused' THEN
    DELETE FROM goshawk.session x WHERE x.id = s.id;
    PERFORM goshawk.append_audit(api.organization(), user_name, 'session.reused', s.id::text, jsonb_strip_nulls(jsonb_build_object('address', refresh_session.address)));
  END IF;
  RETURN NEXT;
END $$;

-- As in 0009, but says whether there was one.
DROP FUNCTION api.end_session(uuid, bytea);
CREATE FUNCTION api.end_session(session_id uuid, presented_hash bytea) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  DELETE FROM goshawk.session s USING goshawk.app_user u
    WHERE s.id = session_id AND s.organization = api.organization() AND u.id = s.user_id AND presented_hash IN (s.token_hash, s.previous_hash)
    RETURNING u.name INTO user_name;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM goshawk.append_audit(api.organization(), user_name, 'session.end', session_id::text, '{}');
  RETURN true;
END $$;
-- P0002: no such session of this user.
CREATE FUNCTION api.end_user_session(actor text, user_id uuid, session_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM goshawk.session s WHERE s.id = end_user_session.session_id AND s.user_id = end_user_session.user_id AND s.organization = api.organization();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such session' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'session.end', end_user_session.session_id::text, '{}');
END $$;
-- All of a user, or all but `keep`; gives their ids.
CREATE FUNCTION api.end_user_sessions(actor text, user_id uuid, keep uuid) RETURNS SETOF uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ended     uuid[];
  user_name text;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = end_user_sessions.user_id AND u.organization = api.organization();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  WITH gone AS (DELETE FROM goshawk.session s WHERE s.user_id = end_user_sessions.user_id AND s.id IS DISTINCT FROM keep RETURNING s.id)
    SELECT coalesce(array_agg(gone.id), '{}') INTO ended FROM gone;
  PERFORM goshawk.append_audit(api.organization(), actor, 'session.end_others', user_name, jsonb_build_object('sessions', cardinality(ended)));
  RETURN QUERY SELECT unnest(ended);
END $$;

-- ---- Attempts ----
-- Counted before a secret is looked at, so that many at once are not looked at together. Subjects are kept as hashes: what is typed as a
-- name may be a password.
CREATE TABLE goshawk.sign_in_attempt (
  kind         text        NOT NULL CHECK (kind IN ('account', 'address', 'factor')),
  subject      bytea       NOT NULL,
  failures     integer     NOT NULL,
  last_at      timestamptz NOT NULL,
  locked_until timestamptz,
  PRIMARY KEY (kind, subject)
);
CREATE INDEX sign_in_attempt_last_at ON goshawk.sign_in_attempt (last_at);
CREATE FUNCTION goshawk.attempt_subject(p_kind text, p_subject text) RETURNS bytea LANGUAGE sql STABLE
  RETURN sha256(convert_to(p_kind || chr(10) || CASE p_kind WHEN 'address' THEN '' ELSE api.organization() || chr(10) END || lower(p_subject), 'UTF8'));

-- Counts one attempt as failed. Gives 0 when it may be made, else the seconds to wait: then it is not counted. From the attempt number
-- `free` on each one locks, the first time for `first`, then twice as long each time, at most `longest`. Forgotten after `memory` without any.
CREATE FUNCTION api.count_attempt(kind text, subject text, free integer, first interval, longest interval, memory interval) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  a    goshawk.sign_in_attempt;
  key  bytea := goshawk.attempt_subject(count_attempt.kind, count_attempt.subject);
  at   timestamptz;
BEGIN
  INSERT INTO goshawk.sign_in_attempt VALUES (count_attempt.kind, key, 0, clock_timestamp(), NULL) ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT a FROM goshawk.sign_in_attempt x WHERE x.kind = count_attempt.kind AND x.subject = key FOR UPDATE;
  at := clock_timestamp(); -- after the lock: others at the same time have counted before
  IF a.locked_until > at THEN
    RETURN ceil(extract(epoch FROM a.locked_until - at))::integer;
  END IF;
  a.failures := CASE WHEN a.last_at < at - memory THEN 1 ELSE a.failures + 1 END;
  UPDATE goshawk.sign_in_attempt x SET failures = a.failures, last_at = at,
    locked_until = CASE WHEN a.failures >= free THEN at + least(longest, first * (2 ^ least(a.failures - free, 20))) END
    WHERE x.kind = count_attempt.kind AND x.subject = key;
  RETURN 0;
END $$;
-- The attempt that was counted last was right. `wholly`: those before do not matter any more.
CREATE FUNCTION api.take_back_attempt(kind text, subject text, wholly boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  key bytea := goshawk.attempt_subject(take_back_attempt.kind, take_back_attempt.subject);
BEGIN
  IF wholly THEN
    DELETE FROM goshawk.sign_in_attempt x WHERE x.kind = take_back_attempt.kind AND x.subject = key;
  ELSE
    UPDATE goshawk.sign_in_attempt x SET failures = greatest(0, x.failures - 1), locked_until = NULL WHERE x.kind = take_back_attempt.kind AND x.subject = key;
  END IF;
END $$;
-- Does the same work whether or not there is such a user. An organization that does not exist has no audit.
CREATE FUNCTION api.note_refused_sign_in(user_name text, address text, reason text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known text;
BEGIN
  DELETE FROM goshawk.sign_in_attempt x WHERE x.last_at < now() - interval '1 day';
  SELECT u.name INTO known FROM goshawk.app_user u WHERE u.organization = api.organization() AND lower(u.name) = lower(user_name);
  IF EXISTS (SELECT FROM goshawk.organization o WHERE o.id = api.organization()) THEN
    PERFORM goshawk.append_audit(api.organization(), coalesce(known, 'unknown user'), 'session.refused', coalesce(known, ''), jsonb_build_object('address', address, 'reason', reason));
  END IF;
END $$;
CREATE FUNCTION api.unlock_user(actor text, user_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = unlock_user.user_id AND u.organization = api.organization();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.sign_in_attempt x WHERE (x.kind = 'account' AND x.subject = goshawk.attempt_subject('account', user_name))
    OR (x.kind = 'factor' AND x.subject = goshawk.attempt_subject('factor', unlock_user.user_id::text));
  PERFORM goshawk.append_audit(api.organization(), actor, 'user.unlock', user_name, '{}');
END $$;

-- ---- Passwords ----
-- Ends all other sessions; gives their ids.
CREATE FUNCTION api.set_password(actor text, user_id uuid, password_hash text, keep uuid) RETURNS SETOF uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  UPDATE goshawk.app_user u SET password_hash = set_password.password_hash, password_at = now()
    WHERE u.id = set_password.user_id AND u.organization = api.organization() AND u.disabled_at IS NULL RETURNING u.name INTO user_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'user.password', user_name, '{}');
  RETURN QUERY SELECT api.end_user_sessions(actor, set_password.user_id, keep);
END $$;
-- The same password, hashed at a higher cost; nothing when it was changed meanwhile.
CREATE FUNCTION api.raise_password_cost(user_id uuid, old_hash text, new_hash text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  UPDATE goshawk.app_user u SET password_hash = new_hash
    WHERE u.id = raise_password_cost.user_id AND u.organization = api.organization() AND u.password_hash = old_hash RETURNING u.name INTO user_name;
  IF FOUND THEN
    PERFORM goshawk.append_audit(api.organization(), 'goshawk', 'user.rehash', user_name, '{}');
  END IF;
END $$;

-- ---- Second factors ----
CREATE TABLE goshawk.totp (
  user_id      uuid        PRIMARY KEY REFERENCES goshawk.app_user ON DELETE CASCADE,
  organization text        NOT NULL REFERENCES goshawk.organization,
  secret       text,                                   -- sealed; null: not proved yet
  pending      text,                                   -- sealed; shown, and used once it is proved
  last_step    bigint      NOT NULL DEFAULT 0,         -- newest step of which a code was used: none is used twice
  confirmed_at timestamptz
);
CREATE TABLE goshawk.recovery_code (
  user_id   uuid        NOT NULL REFERENCES goshawk.app_user ON DELETE CASCADE,
  code_hash bytea       NOT NULL,                      -- SHA-256; 100 random bits need nothing slower
  used_at   timestamptz,
  PRIMARY KEY (user_id, code_hash)
);
CREATE TABLE goshawk.passkey (
  organization  text        NOT NULL REFERENCES goshawk.organization,
  id            text        NOT NULL CHECK (length(id) <= 1400), -- credential id, base64url
  user_id       uuid        NOT NULL REFERENCES goshawk.app_user ON DELETE CASCADE,
  public_key    bytea       NOT NULL,                  -- COSE
  counter       bigint      NOT NULL,
  transports    text[]      NOT NULL,
  name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  is_backed_up  boolean     NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  used_at       timestamptz,
  PRIMARY KEY (organization, id)
);
CREATE INDEX passkey_user_id ON goshawk.passkey (user_id);
CREATE TABLE goshawk.passkey_challenge (
  challenge_hash bytea       PRIMARY KEY,
  organization   text        NOT NULL,
  user_id        uuid        REFERENCES goshawk.app_user ON DELETE CASCADE, -- null: whoever's passkey answers
  purpose        text        NOT NULL CHECK (purpose IN ('register', 'sign-in', 'second-factor')),
  expires_at     timestamptz NOT NULL
);
-- Whose roles need a second factor.
CREATE TABLE goshawk.sign_in_policy (
  organization text        PRIMARY KEY REFERENCES goshawk.organization,
  mfa_roles    text[]      NOT NULL DEFAULT '{}',
  changed_at   timestamptz NOT NULL DEFAULT now(),
  changed_by   text        NOT NULL
);
CREATE VIEW api.sign_in_policy WITH (security_barrier) AS
  SELECT organization, mfa_roles, changed_at, changed_by FROM goshawk.sign_in_policy WHERE organization = (SELECT api.organization());
CREATE VIEW api.passkey WITH (security_barrier) AS
  SELECT id, organization, user_id, name, transports, is_backed_up, created_at, used_at FROM goshawk.passkey WHERE organization = (SELECT api.organization());

-- What signing in needs to know of a user. No row: none, or disabled.
CREATE FUNCTION api.account(user_id uuid) RETURNS TABLE (id uuid, name text, password_hash text, roles text[], generation integer, totp_at timestamptz, passkeys bigint, recovery_codes bigint, needs_mfa boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.name, u.password_hash, u.roles, u.generation, (SELECT t.confirmed_at FROM goshawk.totp t WHERE t.user_id = u.id AND t.secret IS NOT NULL),
    (SELECT count(*) FROM goshawk.passkey p WHERE p.user_id = u.id), (SELECT count(*) FROM goshawk.recovery_code c WHERE c.user_id = u.id AND c.used_at IS NULL),
    coalesce((SELECT u.roles && s.mfa_roles FROM goshawk.sign_in_policy s WHERE s.organization = u.organization), false)
  FROM goshawk.app_user u WHERE u.id = account.user_id AND u.organization = api.organization() AND u.disabled_at IS NULL;
$$;
CREATE FUNCTION api.set_sign_in_policy(actor text, mfa_roles text[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before text[] := coalesce((SELECT p.mfa_roles FROM goshawk.sign_in_policy p WHERE p.organization = api.organization()), '{}');
BEGIN
  INSERT INTO goshawk.sign_in_policy AS p (organization, mfa_roles, changed_by) VALUES (api.organization(), set_sign_in_policy.mfa_roles, actor)
    ON CONFLICT (organization) DO UPDATE SET mfa_roles = excluded.mfa_roles, changed_at = now(), changed_by = excluded.changed_by;
  PERFORM goshawk.append_audit(api.organization(), actor, 'organization.policy', api.organization(), jsonb_build_object('before', before, 'mfaRoles', set_sign_in_policy.mfa_roles));
END $$;

CREATE FUNCTION api.propose_totp(user_id uuid, sealed text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = propose_totp.user_id AND u.organization = api.organization() AND u.disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  INSERT INTO goshawk.totp AS t (user_id, organization, pending) VALUES (propose_totp.user_id, api.organization(), sealed)
    ON CONFLICT ON CONSTRAINT totp_pkey DO UPDATE SET pending = excluded.pending;
  PERFORM goshawk.append_audit(api.organization(), user_name, 'mfa.propose', user_name, '{"kind": "totp"}');
END $$;
CREATE FUNCTION api.totp(user_id uuid) RETURNS TABLE (secret text, pending text, last_step bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.secret, t.pending, t.last_step FROM goshawk.totp t WHERE t.user_id = totp.user_id AND t.organization = api.organization();
$$;
-- True for the one caller that used the step; of those at once one alone.
CREATE FUNCTION api.use_totp_step(user_id uuid, step bigint) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE goshawk.totp t SET last_step = step WHERE t.user_id = use_totp_step.user_id AND t.organization = api.organization() AND t.secret IS NOT NULL AND t.last_step < step;
  RETURN FOUND;
END $$;
-- The secret that was shown is proved; recovery codes begin anew. False when another was shown meanwhile.
CREATE FUNCTION api.confirm_totp(user_id uuid, sealed text, step bigint, recovery_hashes bytea[]) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  UPDATE goshawk.totp t SET secret = t.pending, pending = NULL, confirmed_at = now(), last_step = step
    WHERE t.user_id = confirm_totp.user_id AND t.organization = api.organization() AND t.pending = sealed;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = confirm_totp.user_id;
  PERFORM goshawk.append_audit(api.organization(), user_name, 'mfa.add', user_name, '{"kind": "totp"}');
  PERFORM api.renew_recovery_codes(confirm_totp.user_id, recovery_hashes);
  RETURN true;
END $$;
CREATE FUNCTION api.renew_recovery_codes(user_id uuid, recovery_hashes bytea[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = renew_recovery_codes.user_id AND u.organization = api.organization();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.recovery_code c WHERE c.user_id = renew_recovery_codes.user_id;
  INSERT INTO goshawk.recovery_code (user_id, code_hash) SELECT renew_recovery_codes.user_id, h FROM unnest(recovery_hashes) h;
  PERFORM goshawk.append_audit(api.organization(), user_name, 'mfa.recovery_codes', user_name, jsonb_build_object('codes', cardinality(recovery_hashes)));
END $$;
-- True for the one caller that used it.
CREATE FUNCTION api.use_recovery_code(user_id uuid, code_hash bytea) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  UPDATE goshawk.recovery_code c SET used_at = now() FROM goshawk.app_user u
    WHERE c.user_id = use_recovery_code.user_id AND c.code_hash = use_recovery_code.code_hash AND c.used_at IS NULL AND u.id = c.user_id AND u.organization = api.organization()
    RETURNING u.name INTO user_name;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM goshawk.append_audit(api.organization(), user_name, 'mfa.recovery_code', user_name, '{}');
  RETURN true;
END $$;
-- `whole`: passkeys too, as an administrator does for somebody who has lost them, and all sessions end; else the codes alone.
CREATE FUNCTION api.remove_factors(actor text, user_id uuid, whole boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = remove_factors.user_id AND u.organization = api.organization();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.totp t WHERE t.user_id = remove_factors.user_id;
  DELETE FROM goshawk.recovery_code c WHERE c.user_id = remove_factors.user_id
    AND (whole OR NOT EXISTS (SELECT FROM goshawk.passkey p WHERE p.user_id = remove_factors.user_id));
  PERFORM goshawk.append_audit(api.organization(), actor, 'mfa.remove', user_name, jsonb_build_object('passkeys', whole));
  IF whole THEN
    DELETE FROM goshawk.passkey p WHERE p.user_id = remove_factors.user_id;
    DELETE FROM goshawk.sign_in_attempt x WHERE x.kind = 'factor' AND x.subject = goshawk.attempt_subject('factor', remove_factors.user_id::text);
    PERFORM api.end_user_sessions(actor, remove_factors.user_id, NULL);
  END IF;
END $$;

CREATE FUNCTION api.open_passkey_challenge(challenge_hash bytea, user_id uuid, purpose text, lifetime interval) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM goshawk.passkey_challenge c WHERE c.expires_at < now();
  INSERT INTO goshawk.passkey_challenge VALUES (open_passkey_challenge.challenge_hash, api.organization(), open_passkey_challenge.user_id, open_passkey_challenge.purpose, now() + lifetime);
END $$;
-- A challenge is answered once. No row: none, answered, or expired.
CREATE FUNCTION api.take_passkey_challenge(challenge_hash bytea, purpose text) RETURNS TABLE (user_id uuid)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM goshawk.passkey_challenge c WHERE c.challenge_hash = take_passkey_challenge.challenge_hash AND c.organization = api.organization()
    AND c.purpose = take_passkey_challenge.purpose AND c.expires_at > now() RETURNING c.user_id;
$$;
CREATE FUNCTION api.passkey_key(passkey_id text) RETURNS TABLE (user_id uuid, public_key bytea, counter bigint, transports text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.user_id, p.public_key, p.counter, p.transports FROM goshawk.passkey p WHERE p.id = passkey_id AND p.organization = api.organization();
$$;
-- 23505 when the authenticator is registered already.
CREATE FUNCTION api.add_passkey(user_id uuid, passkey_id text, public_key bytea, counter bigint, transports text[], name text, is_backed_up boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  user_name text;
BEGIN
  SELECT u.name INTO user_name FROM goshawk.app_user u WHERE u.id = add_passkey.user_id AND u.organization = api.organization() AND u.disabled_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  INSERT INTO goshawk.passkey (organization, id, user_id, public_key, counter, transports, name, is_backed_up)
    VALUES (api.organization(), passkey_id, add_passkey.user_id, add_passkey.public_key, add_passkey.counter, add_passkey.transports, add_passkey.name, add_passkey.is_backed_up);
  PERFORM goshawk.append_audit(api.organization(), user_name, 'mfa.add', user_name, jsonb_build_object('kind', 'passkey', 'name', add_passkey.name));
END $$;
-- False when the counter is not above the one kept (and either counts at all): then a copy of the authenticator is about.
CREATE FUNCTION api.use_passkey(passkey_id text, new_counter bigint) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE goshawk.passkey p SET counter = new_counter, used_at = now()
    WHERE p.id = passkey_id AND p.organization = api.organization() AND (p.counter < new_counter OR (p.counter = 0 AND new_counter = 0));
  RETURN FOUND;
END $$;
CREATE FUNCTION api.remove_passkey(actor text, user_id uuid, passkey_id text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  key_name text;
BEGIN
  DELETE FROM goshawk.passkey p WHERE p.id = passkey_id AND p.user_id = remove_passkey.user_id AND p.organization = api.organization() RETURNING p.name INTO key_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such passkey' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'mfa.remove', actor, jsonb_build_object('kind', 'passkey', 'name', key_name));
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA goshawk, api FROM PUBLIC;
GRANT SELECT ON api.session, api.sign_in_policy, api.passkey TO goshawk_api;
GRANT EXECUTE ON FUNCTION
  api.token_revocations(), api.forget_token_revocations(),
  api.open_session(uuid, bytea, interval, interval, text[], text, text), api.refresh_session(uuid, bytea, bytea, interval, interval, text, text),
  api.end_session(uuid, bytea), api.end_user_session(text, uuid, uuid), api.end_user_sessions(text, uuid, uuid),
  api.count_attempt(text, text, integer, interval, interval, interval), api.take_back_attempt(text, text, boolean), api.note_refused_sign_in(text, text, text), api.unlock_user(text, uuid),
  api.set_password(text, uuid, text, uuid), api.raise_password_cost(uuid, text, text),
  api.account(uuid), api.set_sign_in_policy(text, text[]),
  api.propose_totp(uuid, text), api.totp(uuid), api.use_totp_step(uuid, bigint), api.confirm_totp(uuid, text, bigint, bytea[]),
  api.renew_recovery_codes(uuid, bytea[]), api.use_recovery_code(uuid, bytea), api.remove_factors(text, uuid, boolean),
  api.open_passkey_challenge(bytea, uuid, text, interval), api.take_passkey_challenge(bytea, text), api.passkey_key(text),
  api.add_passkey(uuid, text, bytea, bigint, text[], text, boolean), api.use_passkey(text, bigint), api.remove_passkey(text, uuid, text)
  TO goshawk_api;
