-- 0024: who else may say who somebody is: identity providers (OpenID Connect) and trust domains of workloads (SPIFFE).

-- ---- Identity providers ----
-- Who signs in by a provider has no password here.
ALTER TABLE goshawk.app_user ALTER COLUMN password_hash DROP NOT NULL;

CREATE TABLE goshawk.identity_provider (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization  text        NOT NULL REFERENCES goshawk.organization,
  name          text        NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'), -- part of the address that the provider calls back
  label         text        NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
  issuer        text        NOT NULL,
  client_id     text        NOT NULL,
  client_secret text,                                  -- sealed; null: a client without one
  scopes        text[]      NOT NULL,
  name_claim    text        NOT NULL,
  groups_claim  text        NOT NULL,
  group_roles   jsonb       NOT NULL,                  -- [{"group": ..., "roles": [...]}]
  default_roles text[]      NOT NULL,
  email_domains text[]      NOT NULL,                  -- empty: any
  provisions    boolean     NOT NULL,                  -- makes the user at the first sign-in
  audience      text,                                  -- of access tokens that the API takes from this issuer; null: takes none
  disabled_at   timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    text        NOT NULL,
  changed_at    timestamptz NOT NULL DEFAULT now(),
  changed_by    text        NOT NULL,
  UNIQUE (organization, name)
);
-- An access token leads to one organization.
CREATE UNIQUE INDEX identity_provider_audience ON goshawk.identity_provider (issuer, audience) WHERE audience IS NOT NULL;

-- The provider's name for a user never changes, nor is it given to another: names and mail addresses may.
CREATE TABLE goshawk.user_identity (
  provider_id uuid        NOT NULL REFERENCES goshawk.identity_provider ON DELETE CASCADE,
  subject     text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  user_id     uuid        NOT NULL REFERENCES goshawk.app_user ON DELETE CASCADE,
  created_at  timestamptz NOT NULL DEFAULT now(),
  used_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider_id, subject)
);
CREATE INDEX user_identity_user_id ON goshawk.user_identity (user_id);

-- Sign-ins under way. The secret stays with the browser; verifier and nonce follow from it, so nothing here helps whoever reads it.
CREATE TABLE goshawk.oidc_flow (
  state_hash  bytea       PRIMARY KEY,
  secret_hash bytea       NOT NULL,
  provider_id uuid        NOT NULL REFERENCES goshawk.identity_provider ON DELETE CASCADE,
  return_to   text        NOT NULL,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX oidc_flow_expires_at ON goshawk.oidc_flow (expires_at);
-- Which session of the provider ours came from: it may end it.
CREATE TABLE goshawk.oidc_session (
  session_id  uuid NOT NULL PRIMARY KEY REFERENCES goshawk.session ON DELETE CASCADE,
  provider_id uuid NOT NULL REFERENCES goshawk.identity_provider ON DELETE CASCADE,
  subject     text NOT NULL,
  sid         text,
  id_token    text                                     -- sealed; the provider wants it back when we end its session too
);
CREATE INDEX oidc_session_subject ON goshawk.oidc_session (provider_id, subject);
-- Logout tokens that were acted on: each is taken once.
CREATE TABLE goshawk.oidc_logout (
  provider_id uuid        NOT NULL REFERENCES goshawk.identity_provider ON DELETE CASCADE,
  jti_hash    bytea       NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (provider_id, jti_hash)
);

CREATE VIEW api.identity_provider WITH (security_barrier) AS
  SELECT organization, id, name, label, issuer, client_id, client_secret IS NOT NULL AS has_secret, scopes, name_claim, groups_claim, group_roles, default_roles, email_domains,
    provisions, audience, disabled_at, created_at, created_by, changed_at, changed_by
  FROM goshawk.identity_provider WHERE organization = (SELECT api.organization());
CREATE VIEW api.user_identity WITH (security_barrier) AS
  SELECT p.organization, i.provider_id, p.name AS provider, i.subject, i.user_id, i.created_at, i.used_at
  FROM goshawk.user_identity i JOIN goshawk.identity_provider p ON p.id = i.provider_id WHERE p.organization = (SELECT api.organization());

CREATE FUNCTION api.identity_provider_secret(provider_id uuid) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.client_secret FROM goshawk.identity_provider p WHERE p.id = provider_id AND p.organization = api.organization();
$$;

-- `p` holds every column by name. `keeps_secret`: the secret that is there stays. 23505: another provider takes tokens of this issuer and audience.
CREATE FUNCTION api.save_identity_provider(actor text, provider_name text, p jsonb, secret text, keeps_secret boolean) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before goshawk.identity_provider;
  after  goshawk.identity_provider;
BEGIN
  SELECT * INTO before FROM goshawk.identity_provider x WHERE x.organization = api.organization() AND x.name = provider_name FOR UPDATE;
  INSERT INTO goshawk.identity_provider AS x (organization, name, label, issuer, client_id, client_secret, scopes, name_claim, groups_claim, group_roles, default_roles,
      email_domains, provisions, audience, disabled_at, created_by, changed_by)
    VALUES (api.organization(), provider_name, p->>'label', p->>'issuer', p->>'client_id', secret, ARRAY(SELECT jsonb_array_elements_text(p->'scopes')), p->>'name_claim',
      p->>'groups_claim', p->'group_roles', ARRAY(SELECT jsonb_array_elements_text(p->'default_roles')), ARRAY(SELECT jsonb_array_elements_text(p->'email_domains')),
      (p->>'provisions')::boolean, p->>'audience', CASE WHEN (p->>'disabled')::boolean THEN now() END, actor, actor)
    ON CONFLICT (organization, name) DO UPDATE SET label = excluded.label, issuer = excluded.issuer, client_id = excluded.client_id,
      client_secret = CASE WHEN keeps_secret THEN x.client_secret ELSE excluded.client_secret END, scopes = excluded.scopes, name_claim = excluded.name_claim,
      groups_claim = excluded.groups_claim, group_roles = excluded.group_roles, default_roles = excluded.default_roles, email_domains = excluded.email_domains,
      provisions = excluded.provisions, audience = excluded.audience, disabled_at = CASE WHEN (p->>'disabled')::boolean THEN coalesce(x.disabled_at, now()) END,
      changed_at = now(), changed_by = excluded.changed_by
    RETURNING * INTO after;
  -- Subjects are names that one issuer gives: of another they mean somebody else.
  IF before.issuer <> after.issuer THEN
    DELETE FROM goshawk.user_identity i WHERE i.provider_id = after.id;
  END IF;
  IF after.disabled_at IS NOT NULL OR before.issuer <> after.issuer THEN
    DELETE FROM goshawk.session s USING goshawk.oidc_session o WHERE o.session_id = s.id AND o.provider_id = after.id;
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, CASE WHEN before.id IS NULL THEN 'identity_provider.add' ELSE 'identity_provider.change' END, provider_name,
    jsonb_strip_nulls(jsonb_build_object('before', CASE WHEN before.id IS NOT NULL THEN to_jsonb(before) - 'client_secret' END, 'after', to_jsonb(after) - 'client_secret',
      'secret', CASE WHEN NOT keeps_secret THEN 'set' END)));
  RETURN after.id;
END $$;

-- Its users stay, and cannot sign in by it any more; their sessions end. P0002: there is none.
CREATE FUNCTION api.remove_identity_provider(actor text, provider_name text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  p goshawk.identity_provider;
BEGIN
  SELECT * INTO p FROM goshawk.identity_provider x WHERE x.organization = api.organization() AND x.name = provider_name FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such provider' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.session s USING goshawk.oidc_session o WHERE o.session_id = s.id AND o.provider_id = p.id;
  DELETE FROM goshawk.identity_provider x WHERE x.id = p.id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'identity_provider.remove', provider_name, jsonb_build_object('before', to_jsonb(p) - 'client_secret'));
END $$;

CREATE FUNCTION api.open_oidc_flow(state_hash bytea, secret_hash bytea, provider_id uuid, return_to text, lifetime interval) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM goshawk.identity_provider p WHERE p.id = open_oidc_flow.provider_id AND p.organization = api.organization() AND p.disabled_at IS NULL) THEN
    RAISE EXCEPTION 'No such provider' USING ERRCODE = 'no_data_found';
  END IF;
  DELETE FROM goshawk.oidc_flow f WHERE f.expires_at < now();
  INSERT INTO goshawk.oidc_flow VALUES (open_oidc_flow.state_hash, open_oidc_flow.secret_hash, open_oidc_flow.provider_id, open_oidc_flow.return_to, now() + lifetime);
END $$;
-- A sign-in is finished once, by the browser that began it, at the provider that it began at. No row: it is not this one.
CREATE FUNCTION api.take_oidc_flow(state_hash bytea, secret_hash bytea, provider_id uuid) RETURNS TABLE (return_to text)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM goshawk.oidc_flow f USING goshawk.identity_provider p
  WHERE f.state_hash = take_oidc_flow.state_hash AND f.secret_hash = take_oidc_flow.secret_hash AND f.provider_id = take_oidc_flow.provider_id AND f.expires_at > now()
    AND p.id = f.provider_id AND p.organization = api.organization() AND p.disabled_at IS NULL
  RETURNING f.return_to;
$$;

-- Who it is, as a provider says; the roles are what the provider's groups make them, at each sign-in anew. `signed_in` and `provisioned`: the user may.
-- `unknown`: the provider makes no users. `name_taken`: by somebody whom the provider has not vouched for before; to believe its name or mail address would
-- hand their account over. `disabled`.
CREATE FUNCTION api.sign_in_by_provider(provider_id uuid, subject text, name text, roles text[]) RETURNS TABLE (outcome text, user_id uuid)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  p     goshawk.identity_provider;
  u     goshawk.app_user;
  given text[];
BEGIN
  SELECT * INTO STRICT p FROM goshawk.identity_provider x WHERE x.id = sign_in_by_provider.provider_id AND x.organization = api.organization() AND x.disabled_at IS NULL FOR SHARE;
  -- One sign-in of a subject after the other: two at once, as of two tabs, are not to make two users, or one and a refusal.
  PERFORM pg_advisory_xact_lock(hashtextextended(p.id::text || sign_in_by_provider.subject, 24));
  SELECT x.* INTO u FROM goshawk.user_identity i JOIN goshawk.app_user x ON x.id = i.user_id
    WHERE i.provider_id = p.id AND i.subject = sign_in_by_provider.subject AND x.organization = p.organization FOR UPDATE OF x;
  IF FOUND THEN
    IF u.disabled_at IS NOT NULL THEN
      PERFORM goshawk.append_audit(p.organization, u.name, 'session.refused', u.name, jsonb_build_object('reason', 'disabled', 'provider', p.name));
      RETURN QUERY SELECT 'disabled', NULL::uuid;
      RETURN;
    END IF;
    UPDATE goshawk.user_identity i SET used_at = now() WHERE i.provider_id = p.id AND i.subject = sign_in_by_provider.subject;
    -- What reaches beyond the organization is not the provider's to give or to take.
    given := sign_in_by_provider.roles || CASE WHEN 'platform_admin' = ANY (u.roles) THEN ARRAY['platform_admin'] ELSE '{}' END;
    IF NOT (u.roles <@ given AND u.roles @> given) THEN
      UPDATE goshawk.app_user x SET roles = given WHERE x.id = u.id;
      PERFORM goshawk.append_audit(p.organization, u.name, 'user.change', u.name,
        jsonb_build_object('provider', p.name, 'before', jsonb_build_object('roles', u.roles), 'after', jsonb_build_object('roles', given)));
    END IF;
    RETURN QUERY SELECT 'signed_in', u.id;
    RETURN;
  END IF;
  IF NOT p.provisions THEN
    PERFORM goshawk.append_audit(p.organization, 'goshawk', 'session.refused', '', jsonb_build_object('reason', 'unknown', 'provider', p.name, 'subject', sign_in_by_provider.subject));
    RETURN QUERY SELECT 'unknown', NULL::uuid;
    RETURN;
  END IF;
  INSERT INTO goshawk.app_user AS x (organization, name, password_hash, roles) VALUES (p.organization, sign_in_by_provider.name, NULL, sign_in_by_provider.roles)
    ON CONFLICT DO NOTHING RETURNING * INTO u;
  IF NOT FOUND THEN
    PERFORM goshawk.append_audit(p.organization, 'goshawk', 'session.refused', sign_in_by_provider.name, jsonb_build_object('reason', 'name_taken', 'provider', p.name, 'subject', sign_in_by_provider.subject));
    RETURN QUERY SELECT 'name_taken', NULL::uuid;
    RETURN;
  END IF;
  INSERT INTO goshawk.user_identity (provider_id, subject, user_id) VALUES (p.id, sign_in_by_provider.subject, u.id);
  PERFORM goshawk.append_audit(p.organization, u.name, 'user.add', u.name, jsonb_build_object('id', u.id, 'roles', u.roles, 'provider', p.name, 'subject', sign_in_by_provider.subject));
  RETURN QUERY SELECT 'provisioned', u.id;
END $$;

-- By an administrator, for somebody who has an account already. P0002: no such user or provider. 23505: the subject is somebody else's.
CREATE FUNCTION api.link_identity(actor text, provider_name text, subject text, user_name text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO goshawk.user_identity (provider_id, subject, user_id)
    SELECT p.id, link_identity.subject, u.id FROM goshawk.identity_provider p JOIN goshawk.app_user u ON u.organization = p.organization
    WHERE p.organization = api.organization() AND p.name = provider_name AND lower(u.name) = lower(user_name);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user or provider' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'user.link', user_name, jsonb_build_object('provider', provider_name, 'subject', link_identity.subject));
END $$;

CREATE FUNCTION api.note_provider_session(session_id uuid, provider_id uuid, subject text, sid text, id_token text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO goshawk.oidc_session SELECT s.id, p.id, note_provider_session.subject, note_provider_session.sid, note_provider_session.id_token
    FROM goshawk.session s JOIN goshawk.identity_provider p ON p.organization = s.organization
    WHERE s.id = note_provider_session.session_id AND p.id = note_provider_session.provider_id AND s.organization = api.organization();
$$;
-- The provider ends one of its sessions (`sid`), or all of a subject; gives the ids of ours. Null: the token was used before.
CREATE FUNCTION api.end_provider_sessions(provider_id uuid, subject text, sid text, jti_hash bytea, token_life interval) RETURNS uuid[]
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  p     goshawk.identity_provider;
  ended uuid[];
BEGIN
  SELECT * INTO STRICT p FROM goshawk.identity_provider x WHERE x.id = end_provider_sessions.provider_id AND x.organization = api.organization();
  DELETE FROM goshawk.oidc_logout l WHERE l.expires_at < now();
  INSERT INTO goshawk.oidc_logout VALUES (p.id, end_provider_sessions.jti_hash, now() + token_life) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  WITH gone AS (
    DELETE FROM goshawk.session s USING goshawk.oidc_session o
    WHERE o.session_id = s.id AND o.provider_id = p.id
      AND (end_provider_sessions.subject IS NULL OR o.subject = end_provider_sessions.subject)
      AND (end_provider_sessions.sid IS NULL OR o.sid = end_provider_sessions.sid)
      AND (end_provider_sessions.subject IS NOT NULL OR end_provider_sessions.sid IS NOT NULL)
    RETURNING s.id)
    SELECT coalesce(array_agg(gone.id), '{}') INTO ended FROM gone;
  PERFORM goshawk.append_audit(p.organization, 'goshawk', 'session.end_by_provider', coalesce(end_provider_sessions.subject, ''),
    jsonb_build_object('provider', p.name, 'sessions', cardinality(ended)));
  RETURN ended;
END $$;
-- The provider that a session came from, for signing out there too. No row: it came from none.
CREATE FUNCTION api.provider_of_session(session_id uuid, presented_hash bytea) RETURNS TABLE (provider_id uuid, id_token text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.provider_id, o.id_token FROM goshawk.oidc_session o JOIN goshawk.session s ON s.id = o.session_id
  WHERE s.id = provider_of_session.session_id AND s.organization = api.organization() AND presented_hash IN (s.token_hash, s.previous_hash);
$$;

-- Before the organization is known: whose an access token of another issuer would be. Its signature is not checked yet.
CREATE FUNCTION api.provider_of_token(token_issuer text, audiences text[]) RETURNS TABLE (organization text, provider_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.organization, p.id FROM goshawk.identity_provider p WHERE p.issuer = token_issuer AND p.audience = ANY (audiences) AND p.disabled_at IS NULL;
$$;
-- Whether a subject may go on: no row when nobody has signed in as it.
CREATE FUNCTION api.user_of_identity(provider_id uuid, subject text) RETURNS TABLE (name text, disabled boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.name, u.disabled_at IS NOT NULL FROM goshawk.user_identity i JOIN goshawk.app_user u ON u.id = i.user_id
  WHERE i.provider_id = user_of_identity.provider_id AND i.subject = user_of_identity.subject AND u.organization = api.organization();
$$;

-- ---- Trust domains of workloads ----
CREATE TABLE goshawk.trust_domain (
  organization text        NOT NULL REFERENCES goshawk.organization,
  name         text        NOT NULL CHECK (name ~ '^[a-z0-9._-]{1,255}$'),
  endpoint     text,                                   -- where its bundle is fetched (https_web); null: it is given by hand
  bundle       jsonb       NOT NULL,                   -- JWK Set of the trust domain
  fetched_at   timestamptz,
  workloads    jsonb       NOT NULL,                   -- [{"id": "spiffe://..., or /* at the end", "roles": [...]}]
  created_at   timestamptz NOT NULL DEFAULT now(),
  changed_at   timestamptz NOT NULL DEFAULT now(),
  changed_by   text        NOT NULL,
  PRIMARY KEY (organization, name)
);
CREATE VIEW api.trust_domain WITH (security_barrier) AS
  SELECT organization, name, endpoint, bundle, fetched_at, workloads, created_at, changed_at, changed_by FROM goshawk.trust_domain WHERE organization = (SELECT api.organization());

CREATE FUNCTION api.save_trust_domain(actor text, domain text, endpoint text, bundle jsonb, workloads jsonb) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  before goshawk.trust_domain;
  after  goshawk.trust_domain;
BEGIN
  SELECT * INTO before FROM goshawk.trust_domain t WHERE t.organization = api.organization() AND t.name = domain FOR UPDATE;
  INSERT INTO goshawk.trust_domain AS t (organization, name, endpoint, bundle, workloads, changed_by)
    VALUES (api.organization(), domain, save_trust_domain.endpoint, save_trust_domain.bundle, save_trust_domain.workloads, actor)
    ON CONFLICT (organization, name) DO UPDATE SET endpoint = excluded.endpoint, bundle = excluded.bundle, workloads = excluded.workloads, changed_at = now(),
      changed_by = excluded.changed_by, fetched_at = NULL
    RETURNING * INTO after;
  PERFORM goshawk.append_audit(api.organization(), actor, CASE WHEN before.name IS NULL THEN 'trust_domain.add' ELSE 'trust_domain.change' END, domain,
    jsonb_strip_nulls(jsonb_build_object('before', CASE WHEN before.name IS NOT NULL THEN to_jsonb(before) END, 'after', to_jsonb(after))));
END $$;
-- A bundle that came from the endpoint; an older one (by its sequence) is left out, and says so by false.
CREATE FUNCTION api.refresh_trust_domain(domain text, new_bundle jsonb) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before jsonb;
BEGIN
  SELECT t.bundle INTO before FROM goshawk.trust_domain t WHERE t.organization = api.organization() AND t.name = domain AND t.endpoint IS NOT NULL FOR UPDATE;
  IF NOT FOUND OR (new_bundle->>'spiffe_sequence')::numeric < (before->>'spiffe_sequence')::numeric THEN
    RETURN false;
  END IF;
  UPDATE goshawk.trust_domain t SET bundle = new_bundle, fetched_at = now() WHERE t.organization = api.organization() AND t.name = domain;
  IF before <> new_bundle THEN
    PERFORM goshawk.append_audit(api.organization(), 'goshawk', 'trust_domain.refresh', domain, jsonb_build_object('before', before, 'after', new_bundle));
  END IF;
  RETURN true;
END $$;
CREATE FUNCTION api.remove_trust_domain(actor text, domain text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before goshawk.trust_domain;
BEGIN
  DELETE FROM goshawk.trust_domain t WHERE t.organization = api.organization() AND t.name = domain RETURNING * INTO before;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such trust domain' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'trust_domain.remove', domain, jsonb_build_object('before', to_jsonb(before)));
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA goshawk, api FROM PUBLIC;
GRANT SELECT ON api.identity_provider, api.user_identity, api.trust_domain TO goshawk_api;
GRANT EXECUTE ON FUNCTION
  api.identity_provider_secret(uuid), api.save_identity_provider(text, text, jsonb, text, boolean), api.remove_identity_provider(text, text),
  api.open_oidc_flow(bytea, bytea, uuid, text, interval), api.take_oidc_flow(bytea, bytea, uuid), api.sign_in_by_provider(uuid, text, text, text[]),
  api.link_identity(text, text, text, text), api.note_provider_session(uuid, uuid, text, text, text), api.end_provider_sessions(uuid, text, text, bytea, interval),
  api.provider_of_session(uuid, bytea), api.provider_of_token(text, text[]), api.user_of_identity(uuid, text),
  api.save_trust_domain(text, text, text, jsonb, jsonb), api.refresh_trust_domain(text, jsonb), api.remove_trust_domain(text, text)
  TO goshawk_api;
