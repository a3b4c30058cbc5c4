-- 0025: custom roles, service accounts, invitations, administration of users and organizations.
-- Which permissions there are is the API's to know (api/gate/roles.ts); here they are names. What changes what a role means, or closes an
-- organization, is told on channel goshawk_access by the organization's id, so that every process of the API asks again.

-- ---- Organizations ----
ALTER TABLE goshawk.organization
  ADD COLUMN suspended_at   timestamptz,                                     -- nobody reads or sends; what is there is kept
  ADD COLUMN session_hours  integer     CHECK (session_hours BETWEEN 1 AND 8760), -- null: as the installation has it
  ADD COLUMN outbound_hosts text[]      NOT NULL DEFAULT '{}';               -- hosts and networks that outgoing requests may reach although they are private

CREATE VIEW api.organization_settings WITH (security_barrier) AS
  SELECT id, name, created_at, suspended_at, session_hours, outbound_hosts FROM goshawk.organization WHERE id = (SELECT api.organization());

-- ---- Roles ----
CREATE FUNCTION goshawk.built_in_roles() RETURNS text[] LANGUAGE sql IMMUTABLE
  RETURN ARRAY['platform_admin', 'admin', 'analyst', 'responder', 'engineer', 'auditor', 'viewer', 'sensor'];

CREATE TABLE goshawk.role (
  organization text        NOT NULL REFERENCES goshawk.organization,
  name         text        NOT NULL CHECK (name ~ '^[a-z][a-z0-9_-]{0,39}$' AND name <> ALL (goshawk.built_in_roles())),
  description  text        NOT NULL CHECK (length(description) <= 500),
  permissions  text[]      NOT NULL CHECK (cardinality(permissions) BETWEEN 1 AND 200),
  created_at   timestamptz NOT NULL DEFAULT now(),
  created_by   text        NOT NULL,
  changed_at   timestamptz NOT NULL DEFAULT now(),
  changed_by   text        NOT NULL,
  PRIMARY KEY (organization, name)
);

ALTER TABLE goshawk.app_user
  DROP CONSTRAINT app_user_roles_check,
  ALTER COLUMN password_hash DROP NOT NULL,          -- who signs in by an identity provider has none
  ADD COLUMN email text CHECK (length(email) <= 320 AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$');
CREATE UNIQUE INDEX app_user_email ON goshawk.app_user (organization, lower(email));

-- ---- Service accounts ----
CREATE TABLE goshawk.service_account (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization text        NOT NULL REFERENCES goshawk.organization,
  name         text        NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  description  text        NOT NULL CHECK (length(description) <= 500),
  roles        text[]      NOT NULL,
  generation   integer     NOT NULL DEFAULT 1,       -- raised when its rights change: what it holds open ends
  created_at   timestamptz NOT NULL DEFAULT now(),
  created_by   text        NOT NULL,
  disabled_at  timestamptz,
  removed_at   timestamptz                           -- the row stays, so that the history of its name can be read; the name may be taken again
);
CREATE UNIQUE INDEX service_account_name ON goshawk.service_account (organization, name) WHERE removed_at IS NULL;

-- Only the hash of a key is kept: 32 random bytes need no slow one.
CREATE TABLE goshawk.api_key (
  id                 uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  service_account_id uuid        NOT NULL REFERENCES goshawk.service_account,
  hint               text        NOT NULL,           -- its last characters, by which its holder knows it again
  hash               bytea       NOT NULL UNIQUE,    -- SHA-256
  permissions        text[],                         -- null: all that the account's roles give
  networks           inet[],                         -- from where it is taken; null: from everywhere
  created_at         timestamptz NOT NULL DEFAULT now(),
  created_by         text        NOT NULL,
  expires_at         timestamptz NOT NULL,
  last_used_at       timestamptz,                    -- to the minute
  last_used_from     inet
);
CREATE INDEX api_key_account ON goshawk.api_key (service_account_id);

-- ---- Invitations ----
CREATE TABLE goshawk.invitation (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization text        NOT NULL REFERENCES goshawk.organization,
  name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email        text        CHECK (length(email) <= 320 AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  roles        text[]      NOT NULL,
  token_hash   bytea       NOT NULL UNIQUE,          -- SHA-256
  created_at   timestamptz NOT NULL DEFAULT now(),
  created_by   text        NOT NULL,
  expires_at   timestamptz NOT NULL,
  accepted_at  timestamptz,
  revoked_at   timestamptz
);
CREATE UNIQUE INDEX invitation_name ON goshawk.invitation (organization, lower(name)) WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- ---- What all functions below share ----
CREATE FUNCTION goshawk.tell_access(p_organization text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_notify('goshawk_access', p_organization);
$$;

-- Also keeps the roles from being removed until this transaction has ended.
-- SQLSTATE 23503, constraint known_role: one of them is not there.
CREATE FUNCTION goshawk.check_roles(p_organization text, p_roles text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  missing text;
BEGIN
  PERFORM FROM goshawk.role r WHERE r.organization = p_organization AND r.name = ANY (p_roles) FOR SHARE;
  SELECT given.name INTO missing FROM unnest(p_roles) AS given(name)
    WHERE given.name IS NULL OR (given.name <> ALL (goshawk.built_in_roles()) AND NOT EXISTS (SELECT FROM goshawk.role r WHERE r.organization = p_organization AND r.name = given.name)) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'No such role: %', missing USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'known_role', DETAIL = missing;
  END IF;
END $$;

-- Changes of who administers an organization are made one after another. To be called before the change.
CREATE FUNCTION goshawk.lock_administration(p_organization text) RETURNS void LANGUAGE sql AS $$
  SELECT FROM goshawk.organization o WHERE o.id = p_organization FOR UPDATE;
$$;

-- SQLSTATE 23514, constraint last_admin: the organization, or the installation, would be left without.
CREATE FUNCTION goshawk.keep_an_admin(p_organization text, p_before text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF ('admin' = ANY (p_before) AND NOT EXISTS (SELECT FROM goshawk.app_user u WHERE u.organization = p_organization AND 'admin' = ANY (u.roles) AND u.disabled_at IS NULL))
    OR ('platform_admin' = ANY (p_before) AND NOT EXISTS (SELECT FROM goshawk.app_user u WHERE 'platform_admin' = ANY (u.roles) AND u.disabled_at IS NULL)) THEN
    RAISE EXCEPTION 'The last administrator' USING ERRCODE = 'check_violation', CONSTRAINT = 'last_admin';
  END IF;
END $$;

-- Members of both that differ: `{"before": {...}, "after": {...}}`.
CREATE FUNCTION goshawk.changes(before jsonb, after jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('before', coalesce(jsonb_object_agg(a.key, before -> a.key) FILTER (WHERE before ? a.key), '{}'), 'after', coalesce(jsonb_object_agg(a.key, a.value), '{}'))
  FROM jsonb_each(after) a WHERE a.value IS DISTINCT FROM before -> a.key;
$$;

-- ---- Roles: writing ----
CREATE VIEW api.role WITH (security_barrier) AS
  SELECT r.organization, r.name, r.description, r.permissions, r.created_at, r.created_by, r.changed_at, r.changed_by,
    (SELECT count(*) FROM goshawk.app_user u WHERE u.organization = r.organization AND r.name = ANY (u.roles)) AS users,
    (SELECT count(*) FROM goshawk.service_account s WHERE s.organization = r.organization AND s.removed_at IS NULL AND r.name = ANY (s.roles)) AS service_accounts
  FROM goshawk.role r WHERE r.organization = (SELECT api.organization());

-- SQLSTATE 23505 (role_pkey) when the name is taken.
CREATE FUNCTION api.add_role(actor text, name text, description text, permissions text[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO goshawk.role (organization, name, description, permissions, created_by, changed_by)
    VALUES (api.organization(), add_role.name, add_role.description, add_role.permissions, actor, actor);
  PERFORM goshawk.append_audit(api.organization(), actor, 'role.add', add_role.name,
    goshawk.changes('{}', jsonb_build_object('description', add_role.description, 'permissions', add_role.permissions)));
  PERFORM goshawk.tell_access(api.organization());
END $$;

-- Null leaves a part as it is. Who holds the role must show a new token, and what they hold open ends.
CREATE FUNCTION api.change_role(actor text, name text, description text, permissions text[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old goshawk.role;
  new goshawk.role;
BEGIN
  SELECT * INTO old FROM goshawk.role r WHERE r.organization = api.organization() AND r.name = change_role.name FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such role' USING ERRCODE = 'no_data_found';
  END IF;
  UPDATE goshawk.role r SET description = coalesce(change_role.description, r.description), permissions = coalesce(change_role.permissions, r.permissions),
      changed_at = now(), changed_by = actor
    WHERE r.organization = api.organization() AND r.name = change_role.name RETURNING * INTO new;
  IF new.permissions <> old.permissions THEN
    UPDATE goshawk.app_user u SET generation = u.generation + 1 WHERE u.organization = api.organization() AND new.name = ANY (u.roles);
    PERFORM goshawk.end_key_use(s.id) FROM goshawk.service_account s WHERE s.organization = api.organization() AND new.name = ANY (s.roles);
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'role.change', old.name, goshawk.changes(
    jsonb_build_object('description', old.description, 'permissions', old.permissions), jsonb_build_object('description', new.description, 'permissions', new.permissions)));
  PERFORM goshawk.tell_access(api.organization());
END $$;

-- SQLSTATE 23503, constraint role_in_use: somebody holds it, or is invited to.
CREATE FUNCTION api.remove_role(actor text, name text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old goshawk.role;
BEGIN
  SELECT * INTO old FROM goshawk.role r WHERE r.organization = api.organization() AND r.name = remove_role.name FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such role' USING ERRCODE = 'no_data_found';
  END IF;
  IF EXISTS (SELECT FROM goshawk.app_user u WHERE u.organization = old.organization AND old.name = ANY (u.roles))
    OR EXISTS (SELECT FROM goshawk.service_account s WHERE s.organization = old.organization AND s.removed_at IS NULL AND old.name = ANY (s.roles))
    OR EXISTS (SELECT FROM goshawk.invitation i WHERE i.organization = old.organization AND old.name = ANY (i.roles)
      AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()) THEN
    RAISE EXCEPTION 'The role is in use' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'role_in_use';
  END IF;
  DELETE FROM goshawk.role r WHERE r.organization = old.organization AND r.name = old.name;
  PERFORM goshawk.append_audit(api.organization(), actor, 'role.remove', old.name,
    jsonb_build_object('before', jsonb_build_object('description', old.description, 'permissions', old.permissions)));
  PERFORM goshawk.tell_access(api.organization());
END $$;

-- ---- Users ----
CREATE VIEW api.member WITH (security_barrier) AS
  SELECT u.id, u.organization, u.name, u.email, u.roles, u.created_at, u.password_at, u.password_hash IS NOT NULL AS has_password, u.disabled_at,
    (SELECT count(*) FROM goshawk.session s WHERE s.user_id = u.id AND s.expires_at > now()) AS sessions,
    (SELECT max(s.used_at) FROM goshawk.session s WHERE s.user_id = u.id) AS seen_at
  FROM goshawk.app_user u WHERE u.organization = (SELECT api.organization());

-- SQLSTATE 23505 when the name (app_user_name) or the address (app_user_email) is taken; 23503 known_role.
CREATE FUNCTION api.add_member(actor text, name text, email text, password_hash text, roles text[]) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  PERFORM goshawk.check_roles(api.organization(), add_member.roles);
  INSERT INTO goshawk.app_user (organization, name, email, password_hash, roles)
    VALUES (api.organization(), add_member.name, add_member.email, add_member.password_hash, add_member.roles) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'user.add', add_member.name,
    jsonb_build_object('id', new_id) || goshawk.changes('{}', jsonb_build_object('name', add_member.name, 'email', add_member.email, 'roles', add_member.roles)));
  RETURN new_id;
END $$;

-- Null leaves a part as it is; an empty email takes it away. Who is disabled, or loses a role, loses the invitations that are still open; who is disabled also (0023) all sessions;
-- other roles make the tokens of before useless (0023).
-- SQLSTATE P0002, 23505, 23503 known_role, 23514 last_admin.
CREATE FUNCTION api.change_member(actor text, user_id uuid, name text, email text, roles text[], disabled boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old goshawk.app_user;
  new goshawk.app_user;
BEGIN
  PERFORM goshawk.lock_administration(api.organization());
  SELECT * INTO old FROM goshawk.app_user u WHERE u.id = change_member.user_id AND u.organization = api.organization() FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.check_roles(api.organization(), change_member.roles);
  UPDATE goshawk.app_user u SET
      name        = coalesce(change_member.name, u.name),
      email       = CASE WHEN change_member.email IS NULL THEN u.email ELSE nullif(change_member.email, '') END,
      roles       = coalesce(change_member.roles, u.roles),
      disabled_at = CASE disabled WHEN true THEN coalesce(u.disabled_at, now()) WHEN false THEN NULL ELSE u.disabled_at END
    WHERE u.id = old.id RETURNING * INTO new;
  PERFORM goshawk.keep_an_admin(api.organization(), old.roles);
  IF new.disabled_at IS NOT NULL OR NOT old.roles <@ new.roles THEN
    UPDATE goshawk.invitation i SET revoked_at = now()
      WHERE i.organization = api.organization() AND i.created_by = old.name AND i.accepted_at IS NULL AND i.revoked_at IS NULL;
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'user.change', old.name, jsonb_build_object('id', old.id) || goshawk.changes(
    jsonb_build_object('name', old.name, 'email', old.email, 'roles', old.roles, 'disabled', old.disabled_at IS NOT NULL),
    jsonb_build_object('name', new.name, 'email', new.email, 'roles', new.roles, 'disabled', new.disabled_at IS NOT NULL)));
END $$;

-- ---- Invitations ----
CREATE VIEW api.invitation WITH (security_barrier) AS
  SELECT id, organization, name, email, roles, created_at, created_by, expires_at, accepted_at, revoked_at FROM goshawk.invitation WHERE organization = (SELECT api.organization());

-- An invitation of the same name that is still open gives way. SQLSTATE 23505 (app_user_name) when there is such a user; 23503 known_role.
CREATE FUNCTION api.invite(actor text, name text, email text, roles text[], token_hash bytea, lifetime interval) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  PERFORM goshawk.check_roles(api.organization(), invite.roles);
  IF EXISTS (SELECT FROM goshawk.app_user u WHERE u.organization = api.organization() AND lower(u.name) = lower(invite.name)) THEN
    RAISE EXCEPTION 'There is such a user' USING ERRCODE = 'unique_violation', CONSTRAINT = 'app_user_name';
  END IF;
  UPDATE goshawk.invitation i SET revoked_at = now()
    WHERE i.organization = api.organization() AND lower(i.name) = lower(invite.name) AND i.accepted_at IS NULL AND i.revoked_at IS NULL;
  INSERT INTO goshawk.invitation (organization, name, email, roles, token_hash, created_by, expires_at)
    VALUES (api.organization(), invite.name, invite.email, invite.roles, invite.token_hash, actor, now() + lifetime) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'invitation.add', invite.name, jsonb_strip_nulls(jsonb_build_object('id', new_id, 'email', invite.email, 'roles', invite.roles)));
  RETURN new_id;
END $$;

CREATE FUNCTION api.revoke_invitation(actor text, invitation_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  the_name text;
BEGIN
  UPDATE goshawk.invitation i SET revoked_at = now()
    WHERE i.id = revoke_invitation.invitation_id AND i.organization = api.organization() AND i.accepted_at IS NULL AND i.revoked_at IS NULL RETURNING i.name INTO the_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such invitation' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'invitation.revoke', the_name, jsonb_build_object('id', invitation_id));
END $$;

-- Of any organization: which one is what is asked. No row: unknown, used, revoked, past its end, or the organization is suspended.
CREATE FUNCTION api.open_invitation(token_hash bytea) RETURNS TABLE (organization text, organization_name text, name text, email text, roles text[], expires_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.organization, o.name, i.name, i.email, i.roles, i.expires_at FROM goshawk.invitation i JOIN goshawk.organization o ON o.id = i.organization
  WHERE i.token_hash = open_invitation.token_hash AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now() AND o.suspended_at IS NULL;
$$;

-- Once: the user it makes, under the organization of the transaction. Without a password: one who signs in by an identity provider.
-- SQLSTATE P0002: none that is open; 23505, 23503 as api.add_member.
CREATE FUNCTION api.accept_invitation(token_hash bytea, password_hash text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  i      goshawk.invitation;
  new_id uuid;
BEGIN
  UPDATE goshawk.invitation x SET accepted_at = now() FROM goshawk.organization o
    WHERE x.token_hash = accept_invitation.token_hash AND x.organization = api.organization() AND x.accepted_at IS NULL AND x.revoked_at IS NULL AND x.expires_at > now()
      AND o.id = x.organization AND o.suspended_at IS NULL RETURNING x.* INTO i;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such invitation' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), i.name, 'invitation.accept', i.name, jsonb_build_object('id', i.id));
  RETURN api.add_member(i.created_by, i.name, i.email, accept_invitation.password_hash, i.roles);
END $$;

-- ---- Service accounts ----
CREATE VIEW api.service_account WITH (security_barrier) AS
  SELECT id, organization, name, description, roles, created_at, created_by, disabled_at, removed_at FROM goshawk.service_account WHERE organization = (SELECT api.organization());
CREATE VIEW api.api_key WITH (security_barrier) AS
  SELECT k.id, s.organization, k.service_account_id, k.hint, k.permissions, k.networks, k.created_at, k.created_by, k.expires_at, k.last_used_at, k.last_used_from
  FROM goshawk.api_key k JOIN goshawk.service_account s ON s.id = k.service_account_id WHERE s.organization = (SELECT api.organization());

-- What is held open by an account's keys ends, and every process asks again who holds them.
CREATE FUNCTION goshawk.end_key_use(p_account uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  s goshawk.service_account;
BEGIN
  UPDATE goshawk.service_account x SET generation = x.generation + 1 WHERE x.id = p_account RETURNING * INTO STRICT s;
  PERFORM goshawk.revoke_tokens(k.id, s.generation) FROM goshawk.api_key k WHERE k.service_account_id = p_account AND k.expires_at > now();
END $$;

CREATE FUNCTION goshawk.service_account_for_change(p_id uuid) RETURNS goshawk.service_account LANGUAGE plpgsql AS $$
DECLARE
  s goshawk.service_account;
BEGIN
  SELECT * INTO s FROM goshawk.service_account x WHERE x.id = p_id AND x.organization = api.organization() AND x.removed_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such service account' USING ERRCODE = 'no_data_found';
  END IF;
  RETURN s;
END $$;

-- SQLSTATE 23505 (service_account_name); 23503 known_role.
CREATE FUNCTION api.add_service_account(actor text, name text, description text, roles text[]) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  PERFORM goshawk.check_roles(api.organization(), add_service_account.roles);
  INSERT INTO goshawk.service_account (organization, name, description, roles, created_by)
    VALUES (api.organization(), add_service_account.name, add_service_account.description, add_service_account.roles, actor) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'service_account.add', add_service_account.name, jsonb_build_object('id', new_id)
    || goshawk.changes('{}', jsonb_build_object('description', add_service_account.description, 'roles', add_service_account.roles)));
  RETURN new_id;
END $$;

-- Null leaves a part as it is. SQLSTATE P0002; 23503 known_role.
CREATE FUNCTION api.change_service_account(actor text, account_id uuid, description text, roles text[], disabled boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old goshawk.service_account := goshawk.service_account_for_change(account_id);
  new goshawk.service_account;
BEGIN
  PERFORM goshawk.check_roles(api.organization(), change_service_account.roles);
  UPDATE goshawk.service_account s SET
      description = coalesce(change_service_account.description, s.description),
      roles       = coalesce(change_service_account.roles, s.roles),
      disabled_at = CASE disabled WHEN true THEN coalesce(s.disabled_at, now()) WHEN false THEN NULL ELSE s.disabled_at END
    WHERE s.id = old.id RETURNING * INTO new;
  IF (new.roles, new.disabled_at) IS DISTINCT FROM (old.roles, old.disabled_at) THEN
    PERFORM goshawk.end_key_use(old.id);
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'service_account.change', old.name, jsonb_build_object('id', old.id) || goshawk.changes(
    jsonb_build_object('description', old.description, 'roles', old.roles, 'disabled', old.disabled_at IS NOT NULL),
    jsonb_build_object('description', new.description, 'roles', new.roles, 'disabled', new.disabled_at IS NOT NULL)));
END $$;

CREATE FUNCTION api.remove_service_account(actor text, account_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old goshawk.service_account := goshawk.service_account_for_change(account_id);
BEGIN
  PERFORM goshawk.end_key_use(old.id);
  UPDATE goshawk.api_key k SET expires_at = now() WHERE k.service_account_id = old.id AND k.expires_at > now();
  UPDATE goshawk.service_account s SET removed_at = now(), disabled_at = coalesce(s.disabled_at, now()) WHERE s.id = old.id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'service_account.remove', old.name,
    jsonb_build_object('id', old.id, 'before', jsonb_build_object('description', old.description, 'roles', old.roles)));
END $$;

-- SQLSTATE P0002.
CREATE FUNCTION api.add_key(actor text, account_id uuid, hint text, hash bytea, permissions text[], networks inet[], lifetime interval) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s      goshawk.service_account := goshawk.service_account_for_change(account_id);
  new_id uuid;
BEGIN
  INSERT INTO goshawk.api_key (service_account_id, hint, hash, permissions, networks, created_by, expires_at)
    VALUES (s.id, add_key.hint, add_key.hash, add_key.permissions, add_key.networks, actor, now() + lifetime) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'api_key.add', s.name, jsonb_strip_nulls(jsonb_build_object('id', new_id, 'hint', add_key.hint,
    'permissions', add_key.permissions, 'networks', add_key.networks::text[], 'lifetimeSeconds', extract(epoch FROM lifetime))));
  RETURN new_id;
END $$;

-- Another key of the same rights; the one before ends `overlap` from now, or when it would have anyway. SQLSTATE P0002, also for a key that has ended.
CREATE FUNCTION api.rotate_key(actor text, key_id uuid, hint text, hash bytea, lifetime interval, overlap interval) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  k      goshawk.api_key;
  s      goshawk.service_account;
  new_id uuid;
BEGIN
  SELECT * INTO k FROM goshawk.api_key x WHERE x.id = rotate_key.key_id AND x.expires_at > now() FOR UPDATE;
  s := goshawk.service_account_for_change(k.service_account_id);
  UPDATE goshawk.api_key x SET expires_at = least(x.expires_at, now() + overlap) WHERE x.id = k.id;
  INSERT INTO goshawk.api_key (service_account_id, hint, hash, permissions, networks, created_by, expires_at)
    VALUES (s.id, rotate_key.hint, rotate_key.hash, k.permissions, k.networks, actor, now() + lifetime) RETURNING id INTO new_id;
  IF overlap <= interval '0' THEN
    PERFORM goshawk.revoke_tokens(k.id, NULL);
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'api_key.rotate', s.name,
    jsonb_build_object('id', new_id, 'hint', rotate_key.hint, 'before', jsonb_build_object('id', k.id, 'hint', k.hint), 'overlapSeconds', extract(epoch FROM overlap)));
  RETURN new_id;
END $$;

CREATE FUNCTION api.revoke_key(actor text, key_id uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  k goshawk.api_key;
  s goshawk.service_account;
BEGIN
  SELECT * INTO k FROM goshawk.api_key x WHERE x.id = revoke_key.key_id AND x.expires_at > now() FOR UPDATE;
  s := goshawk.service_account_for_change(k.service_account_id);
  UPDATE goshawk.api_key x SET expires_at = now() WHERE x.id = k.id;
  PERFORM goshawk.revoke_tokens(k.id, NULL);
  PERFORM goshawk.append_audit(api.organization(), actor, 'api_key.revoke', s.name, jsonb_build_object('id', k.id, 'hint', k.hint));
END $$;

-- Of any organization: which one is what is asked. No row: unknown, ended, the account is disabled, or the organization suspended.
CREATE FUNCTION api.authenticate_key(hash bytea, address inet)
  RETURNS TABLE (id uuid, organization text, name text, roles text[], generation integer, permissions text[], networks inet[], expires_at timestamptz)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT k.id, s.organization, s.name, s.roles, s.generation, k.permissions, k.networks, k.expires_at
    FROM goshawk.api_key k JOIN goshawk.service_account s ON s.id = k.service_account_id JOIN goshawk.organization o ON o.id = s.organization
    WHERE k.hash = authenticate_key.hash AND k.expires_at > now() AND s.disabled_at IS NULL AND o.suspended_at IS NULL;
  IF FOUND THEN
    UPDATE goshawk.api_key k SET last_used_at = now(), last_used_from = address
      WHERE k.hash = authenticate_key.hash AND (k.networks IS NULL OR address <<= ANY (k.networks)) AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute');
  END IF;
END $$;

-- ---- Organizations ----
-- Null leaves a part as it is; 0 hours: as the installation has it.
CREATE FUNCTION api.change_settings(actor text, name text, session_hours integer, outbound_hosts text[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old goshawk.organization;
  new goshawk.organization;
BEGIN
  SELECT * INTO STRICT old FROM goshawk.organization o WHERE o.id = api.organization() FOR UPDATE;
  UPDATE goshawk.organization o SET
      name           = coalesce(change_settings.name, o.name),
      session_hours  = CASE WHEN change_settings.session_hours IS NULL THEN o.session_hours ELSE nullif(change_settings.session_hours, 0) END,
      outbound_hosts = coalesce(change_settings.outbound_hosts, o.outbound_hosts)
    WHERE o.id = old.id RETURNING * INTO new;
  PERFORM goshawk.append_audit(old.id, actor, 'organization.change', old.id, goshawk.changes(
    jsonb_build_object('name', old.name, 'sessionHours', old.session_hours, 'outboundHosts', old.outbound_hosts),
    jsonb_build_object('name', new.name, 'sessionHours', new.session_hours, 'outboundHosts', new.outbound_hosts)));
  PERFORM goshawk.tell_access(old.id);
END $$;

-- All of the installation: for who may manage organizations; the API asks who that is.
CREATE FUNCTION api.organizations() RETURNS TABLE (id text, name text, created_at timestamptz, suspended_at timestamptz, users bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.id, o.name, o.created_at, o.suspended_at, (SELECT count(*) FROM goshawk.app_user u WHERE u.organization = o.id AND u.disabled_at IS NULL)
  FROM goshawk.organization o ORDER BY o.id;
$$;

-- In both chains: that of who does it, and that of the organization it is done to.
CREATE FUNCTION goshawk.audit_organization(p_actor text, p_action text, p_id text, p_detail jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM goshawk.append_audit(api.organization(), p_actor, p_action, p_id, p_detail);
  IF p_id <> api.organization() THEN
    PERFORM goshawk.append_audit(p_id, api.organization() || '/' || p_actor, p_action, p_id, p_detail);
  END IF;
END $$;

-- SQLSTATE 23505 (organization_pkey) when the id is taken.
CREATE FUNCTION api.add_organization(actor text, id text, name text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO goshawk.organization (id, name) VALUES (add_organization.id, add_organization.name);
  PERFORM goshawk.audit_organization(actor, 'organization.add', add_organization.id, goshawk.changes('{}', jsonb_build_object('name', add_organization.name)));
END $$;

-- Null leaves a part as it is. Suspended: all sessions end, sensors and keys are refused, and no record is deleted.
-- SQLSTATE P0002; 23514, constraint own_organization: of who suspends, which would lock out whoever could undo it.
CREATE FUNCTION api.change_organization(actor text, id text, name text, suspended boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old goshawk.organization;
  new goshawk.organization;
BEGIN
  SELECT * INTO old FROM goshawk.organization o WHERE o.id = change_organization.id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such organization' USING ERRCODE = 'no_data_found';
  END IF;
  IF suspended AND old.id = api.organization() THEN
    RAISE EXCEPTION 'One''s own organization' USING ERRCODE = 'check_violation', CONSTRAINT = 'own_organization';
  END IF;
  UPDATE goshawk.organization o SET
      name         = coalesce(change_organization.name, o.name),
      suspended_at = CASE suspended WHEN true THEN coalesce(o.suspended_at, now()) WHEN false THEN NULL ELSE o.suspended_at END
    WHERE o.id = old.id RETURNING * INTO new;
  IF new.suspended_at IS NOT NULL AND old.suspended_at IS NULL THEN
    DELETE FROM goshawk.session s WHERE s.organization = old.id;
    PERFORM goshawk.end_key_use(s.id) FROM goshawk.service_account s WHERE s.organization = old.id AND s.removed_at IS NULL;
  END IF;
  PERFORM goshawk.tell_access(old.id);
  PERFORM goshawk.audit_organization(actor, 'organization.change', old.id, goshawk.changes(
    jsonb_build_object('name', old.name, 'suspended', old.suspended_at IS NOT NULL), jsonb_build_object('name', new.name, 'suspended', new.suspended_at IS NOT NULL)));
END $$;

-- As 0015, and not of an organization that is suspended.
CREATE OR REPLACE FUNCTION api.authenticate_sensor(kind text, proof text)
  RETURNS TABLE (credential_id uuid, organization text, sensor text, source text, format text, expires_at timestamptz)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT c.id, s.organization, s.name, s.source, s.format, c.expires_at
    FROM goshawk.sensor_credential c JOIN goshawk.sensor s ON s.id = c.sensor_id JOIN goshawk.organization o ON o.id = s.organization
    WHERE c.kind = authenticate_sensor.kind AND c.proof = authenticate_sensor.proof
      AND s.revoked_at IS NULL AND o.suspended_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now());
  IF FOUND THEN
    UPDATE goshawk.sensor_credential c SET last_used_at = now()
      WHERE c.kind = authenticate_sensor.kind AND c.proof = authenticate_sensor.proof AND (c.last_used_at IS NULL OR c.last_used_at < now() - interval '1 minute');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION api.living_credentials(ids uuid[]) RETURNS SETOF uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.id FROM goshawk.sensor_credential c JOIN goshawk.sensor s ON s.id = c.sensor_id JOIN goshawk.organization o ON o.id = s.organization
  WHERE c.id = ANY (ids) AND s.revoked_at IS NULL AND o.suspended_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now());
$$;

REVOKE ALL ON FUNCTION goshawk.built_in_roles(), goshawk.tell_access(text), goshawk.check_roles(text, text[]), goshawk.lock_administration(text), goshawk.keep_an_admin(text, text[]),
  goshawk.changes(jsonb, jsonb), goshawk.end_key_use(uuid), goshawk.service_account_for_change(uuid), goshawk.audit_organization(text, text, text, jsonb) FROM PUBLIC;
DO $$
DECLARE
  written regprocedure;
BEGIN
  FOREACH written IN ARRAY ARRAY[
    'api.add_role(text, text, text, text[])', 'api.change_role(text, text, text, text[])', 'api.remove_role(text, text)',
    'api.add_member(text, text, text, text, text[])', 'api.change_member(text, uuid, text, text, text[], boolean)',
    'api.invite(text, text, text, text[], bytea, interval)', 'api.revoke_invitation(text, uuid)', 'api.open_invitation(bytea)', 'api.accept_invitation(bytea, text)',
    'api.add_service_account(text, text, text, text[])', 'api.change_service_account(text, uuid, text, text[], boolean)', 'api.remove_service_account(text, uuid)',
    'api.add_key(text, uuid, text, bytea, text[], inet[], interval)', 'api.rotate_key(text, uuid, text, bytea, interval, interval)', 'api.revoke_key(text, uuid)',
    'api.authenticate_key(bytea, inet)', 'api.change_settings(text, text, integer, text[])', 'api.organizations()', 'api.add_organization(text, text, text)',
    'api.change_organization(text, text, text, boolean)']::regprocedure[]
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC; GRANT EXECUTE ON FUNCTION %s TO goshawk_api', written, written);
  END LOOP;
END $$;
GRANT SELECT ON api.organization_settings, api.role, api.member, api.invitation, api.service_account, api.api_key TO goshawk_api;
