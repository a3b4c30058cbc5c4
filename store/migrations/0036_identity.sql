-- 0036: signing out at the provider too, invitations that are accepted by a provider, links that can be taken away, and when settings were changed.

-- ---- Identity providers ----
ALTER TABLE goshawk.identity_provider ADD COLUMN ends_session boolean NOT NULL DEFAULT false; -- whoever signs out here is led to the provider, to sign out there
-- A view keeps the columns that its table had when it was made; new ones stand at its end.
CREATE OR REPLACE VIEW api.identity_provider WITH (security_barrier) AS
  SELECT organization, id, name, label, issuer, client_id, client_secret IS NOT NULL AS has_secret, scopes, name_claim, groups_claim, group_roles, default_roles, email_domains,
    provisions, audience, disabled_at, created_at, created_by, changed_at, changed_by, ends_session
  FROM goshawk.identity_provider WHERE organization = (SELECT api.organization());

-- As in 0024, with `ends_session`.
CREATE OR REPLACE FUNCTION api.save_identity_provider(actor text, provider_name text, p jsonb, secret text, keeps_secret boolean) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before goshawk.identity_provider;
  after  goshawk.identity_provider;
BEGIN
  SELECT * INTO before FROM goshawk.identity_provider x WHERE x.organization = api.organization() AND x.name = provider_name FOR UPDATE;
  INSERT INTO goshawk.identity_provider AS x (organization, name, label, issuer, client_id, client_secret, scopes, name_claim, groups_claim, group_roles, default_roles,
      email_domains, provisions, audience, ends_session, disabled_at, created_by, changed_by)
    VALUES (api.organization(), provider_name, p->>'label', p->>'issuer', p->>'client_id', secret, ARRAY(SELECT jsonb_array_elements_text(p->'scopes')), p->>'name_claim',
      p->>'groups_claim', p->'group_roles', ARRAY(SELECT jsonb_array_elements_text(p->'default_roles')), ARRAY(SELECT jsonb_array_elements_text(p->'email_domains')),
      (p->>'provisions')::boolean, p->>'audience', (p->>'ends_session')::boolean, CASE WHEN (p->>'disabled')::boolean THEN now() END, actor, actor)
    ON CONFLICT (organization, name) DO UPDATE SET label = excluded.label, issuer = excluded.issuer, client_id = excluded.client_id,
      client_secret = CASE WHEN keeps_secret THEN x.client_secret ELSE excluded.client_secret END, scopes = excluded.scopes, name_claim = excluded.name_claim,
      groups_claim = excluded.groups_claim, group_roles = excluded.group_roles, default_roles = excluded.default_roles, email_domains = excluded.email_domains,
      provisions = excluded.provisions, audience = excluded.audience, ends_session = excluded.ends_session,
      disabled_at = CASE WHEN (p->>'disabled')::boolean THEN coalesce(x.disabled_at, now()) END, changed_at = now(), changed_by = excluded.changed_by
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

-- ---- Who is who at a provider ----
ALTER TABLE goshawk.user_identity
  ADD COLUMN id          uuid    NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  ADD COLUMN keeps_roles boolean NOT NULL DEFAULT false;       -- came by an invitation: the roles are given here, whatever the groups say
CREATE OR REPLACE VIEW api.user_identity WITH (security_barrier) AS
  SELECT p.organization, i.provider_id, p.name AS provider, i.subject, i.user_id, i.created_at, i.used_at, i.id, i.keeps_roles, p.label, p.disabled_at
  FROM goshawk.user_identity i JOIN goshawk.identity_provider p ON p.id = i.provider_id WHERE p.organization = (SELECT api.organization());

-- The sessions that came from it end; gives their ids. `keeps_a_way`: not what the user has left to sign in by, as nobody locks themselves out.
-- P0002: the user has no such identity. 23514 last_way_in.
CREATE FUNCTION api.unlink_identity(actor text, user_id uuid, identity_id uuid, keeps_a_way boolean) RETURNS uuid[]
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  u     goshawk.app_user;
  link  goshawk.user_identity;
  ended uuid[];
BEGIN
  SELECT * INTO u FROM goshawk.app_user x WHERE x.id = unlink_identity.user_id AND x.organization = api.organization() FOR UPDATE;
  DELETE FROM goshawk.user_identity i WHERE i.id = identity_id AND i.user_id = u.id RETURNING * INTO link;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such identity' USING ERRCODE = 'no_data_found';
  END IF;
  IF keeps_a_way AND u.password_hash IS NULL AND NOT EXISTS (SELECT FROM goshawk.passkey k WHERE k.user_id = u.id)
    AND NOT EXISTS (SELECT FROM goshawk.user_identity i JOIN goshawk.identity_provider p ON p.id = i.provider_id WHERE i.user_id = u.id AND p.disabled_at IS NULL) THEN
    RAISE EXCEPTION 'The last way in' USING ERRCODE = 'check_violation', CONSTRAINT = 'last_way_in';
  END IF;
  WITH gone AS (
    DELETE FROM goshawk.session s USING goshawk.oidc_session o
    WHERE o.session_id = s.id AND s.user_id = u.id AND o.provider_id = link.provider_id AND o.subject = link.subject RETURNING s.id)
    SELECT coalesce(array_agg(gone.id), '{}') INTO ended FROM gone;
  PERFORM goshawk.append_audit(u.organization, actor, 'user.unlink', u.name,
    jsonb_build_object('id', u.id, 'provider', (SELECT p.name FROM goshawk.identity_provider p WHERE p.id = link.provider_id), 'subject', link.subject, 'sessions', cardinality(ended)));
  RETURN ended;
END $$;

-- ---- Invitations that are accepted by signing in ----
ALTER TABLE goshawk.oidc_flow ADD COLUMN invitation_id uuid REFERENCES goshawk.invitation ON DELETE CASCADE; -- the sign-in began at the link of it

DROP FUNCTION api.open_oidc_flow(bytea, bytea, uuid, text, interval), api.take_oidc_flow(bytea, bytea, uuid), api.sign_in_by_provider(uuid, text, text, text[]);

-- `invitation_hash`: of the token in its link; null: it begins at the sign-in page. P0002: no such provider, or no such invitation that is open.
CREATE FUNCTION api.open_oidc_flow(state_hash bytea, secret_hash bytea, provider_id uuid, return_to text, lifetime interval, invitation_hash bytea) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  invitation uuid;
BEGIN
  IF NOT EXISTS (SELECT FROM goshawk.identity_provider p WHERE p.id = open_oidc_flow.provider_id AND p.organization = api.organization() AND p.disabled_at IS NULL) THEN
    RAISE EXCEPTION 'No such provider' USING ERRCODE = 'no_data_found';
  END IF;
  IF invitation_hash IS NOT NULL THEN
    SELECT i.id INTO invitation FROM goshawk.invitation i
      WHERE i.token_hash = invitation_hash AND i.organization = api.organization() AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now();
    IF NOT FOUND THEN
      RAISE EXCEPTION 'No such invitation' USING ERRCODE = 'no_data_found';
    END IF;
  END IF;
  DELETE FROM goshawk.oidc_flow f WHERE f.expires_at < now();
  INSERT INTO goshawk.oidc_flow (state_hash, secret_hash, provider_id, return_to, expires_at, invitation_id)
    VALUES (open_oidc_flow.state_hash, open_oidc_flow.secret_hash, open_oidc_flow.provider_id, open_oidc_flow.return_to, now() + lifetime, invitation);
END $$;
-- A sign-in is finished once, by the browser that began it, at the provider that it began at. No row: it is not this one.
CREATE FUNCTION api.take_oidc_flow(state_hash bytea, secret_hash bytea, provider_id uuid) RETURNS TABLE (return_to text, invitation_id uuid)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM goshawk.oidc_flow f USING goshawk.identity_provider p
  WHERE f.state_hash = take_oidc_flow.state_hash AND f.secret_hash = take_oidc_flow.secret_hash AND f.provider_id = take_oidc_flow.provider_id AND f.expires_at > now()
    AND p.id = f.provider_id AND p.organization = api.organization() AND p.disabled_at IS NULL
  RETURNING f.return_to, f.invitation_id;
$$;

-- Who it is, as a provider says; the roles are what the provider's groups make them, at each sign-in anew, unless they came by an invitation.
-- `signed_in`, `provisioned` and `accepted` (an invitation): the user may. An invitation is accepted by who began at its link (`invitation_id`), or who has its mail
-- address by the word of the provider (`email`: verified), which is believed as far as the roles go that it gives to groups: whoever set it up held those.
-- `has_account`: who comes with a link is a user already. `invitation_over`. `no_name`, `no_role`: a new user would have none. `unknown`: the provider makes no users. `name_taken`: by somebody whom the
-- provider has not vouched for before; to believe its name would hand their account over. `disabled`.
CREATE FUNCTION api.sign_in_by_provider(provider_id uuid, subject text, name text, roles text[], email text, invitation_id uuid) RETURNS TABLE (outcome text, user_id uuid)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  p       goshawk.identity_provider;
  link    goshawk.user_identity;
  u       goshawk.app_user;
  invited goshawk.invitation;
  given   text[];
  why     text;
  whose   text := '';
BEGIN
  SELECT * INTO STRICT p FROM goshawk.identity_provider x WHERE x.id = sign_in_by_provider.provider_id AND x.organization = api.organization() AND x.disabled_at IS NULL FOR SHARE;
  -- One sign-in of a subject after the other: two at once, as of two tabs, are not to make two users, or one and a refusal.
  PERFORM pg_advisory_xact_lock(hashtextextended(p.id::text || sign_in_by_provider.subject, 24));
  SELECT i.* INTO link FROM goshawk.user_identity i WHERE i.provider_id = p.id AND i.subject = sign_in_by_provider.subject;
  SELECT x.* INTO u FROM goshawk.app_user x WHERE x.id = link.user_id AND x.organization = p.organization FOR UPDATE;
  SELECT i.* INTO invited FROM goshawk.invitation i
    WHERE u.id IS NULL AND i.organization = p.organization AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
      AND CASE WHEN sign_in_by_provider.invitation_id IS NOT NULL THEN i.id = sign_in_by_provider.invitation_id
        ELSE lower(i.email) = lower(sign_in_by_provider.email)
          AND i.roles <@ (p.default_roles || ARRAY(SELECT jsonb_array_elements_text(g -> 'roles') FROM jsonb_array_elements(p.group_roles) g)) END
    ORDER BY i.created_at DESC LIMIT 1 FOR UPDATE;

  IF u.id IS NOT NULL THEN
    whose := u.name;
    why := CASE WHEN u.disabled_at IS NOT NULL THEN 'disabled' WHEN sign_in_by_provider.invitation_id IS NOT NULL THEN 'has_account'
      WHEN cardinality(sign_in_by_provider.roles) = 0 AND NOT link.keeps_roles THEN 'no_role' END;
    IF why IS NULL THEN
      UPDATE goshawk.user_identity i SET used_at = now() WHERE i.id = link.id;
      -- What reaches beyond the organization is not the provider's to give or to take.
      given := sign_in_by_provider.roles || CASE WHEN 'platform_admin' = ANY (u.roles) THEN ARRAY['platform_admin'] ELSE '{}' END;
      IF NOT link.keeps_roles AND NOT (u.roles <@ given AND u.roles @> given) THEN
        UPDATE goshawk.app_user x SET roles = given WHERE x.id = u.id;
        PERFORM goshawk.append_audit(p.organization, u.name, 'user.change', u.name,
          jsonb_build_object('provider', p.name, 'before', jsonb_build_object('roles', u.roles), 'after', jsonb_build_object('roles', given)));
      END IF;
      RETURN QUERY SELECT 'signed_in', u.id;
      RETURN;
    END IF;
  ELSIF invited.id IS NOT NULL THEN
    whose := invited.name;
    BEGIN
      UPDATE goshawk.invitation i SET accepted_at = now() WHERE i.id = invited.id;
      PERFORM goshawk.append_audit(p.organization, invited.name, 'invitation.accept', invited.name,
        jsonb_build_object('id', invited.id, 'provider', p.name, 'subject', sign_in_by_provider.subject, 'by', CASE WHEN sign_in_by_provider.invitation_id IS NULL THEN 'mail' ELSE 'link' END));
      u.id := api.add_member(invited.created_by, invited.name, invited.email, NULL, invited.roles);
      INSERT INTO goshawk.user_identity (provider_id, subject, user_id, keeps_roles) VALUES (p.id, sign_in_by_provider.subject, u.id, true);
      RETURN QUERY SELECT 'accepted', u.id;
      RETURN;
    EXCEPTION WHEN unique_violation THEN
      why := 'name_taken';
    END;
  ELSIF sign_in_by_provider.invitation_id IS NOT NULL THEN
    why := 'invitation_over';
  ELSIF sign_in_by_provider.name IS NULL THEN
    why := 'no_name';
  ELSIF cardinality(sign_in_by_provider.roles) = 0 THEN
    why := 'no_role';
  ELSIF NOT p.provisions THEN
    why := 'unknown';
  ELSE
    whose := sign_in_by_provider.name;
    INSERT INTO goshawk.app_user AS x (organization, name, password_hash, roles) VALUES (p.organization, sign_in_by_provider.name, NULL, sign_in_by_provider.roles)
      ON CONFLICT DO NOTHING RETURNING * INTO u;
    IF FOUND THEN
      INSERT INTO goshawk.user_identity (provider_id, subject, user_id) VALUES (p.id, sign_in_by_provider.subject, u.id);
      PERFORM goshawk.append_audit(p.organization, u.name, 'user.add', u.name,
        jsonb_build_object('id', u.id, 'roles', u.roles, 'provider', p.name, 'subject', sign_in_by_provider.subject));
      RETURN QUERY SELECT 'provisioned', u.id;
      RETURN;
    END IF;
    why := 'name_taken';
  END IF;
  PERFORM goshawk.append_audit(p.organization, CASE WHEN u.id IS NULL THEN 'goshawk' ELSE u.name END, 'session.refused', whose,
    jsonb_build_object('reason', replace(why, '_', '-'), 'provider', p.name, 'subject', sign_in_by_provider.subject));
  RETURN QUERY SELECT why, NULL::uuid;
END $$;

-- ---- Settings of an organization ----
ALTER TABLE goshawk.organization ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now(); -- of name, session_hours or outbound_hosts
CREATE FUNCTION goshawk.organization_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER organization_changes BEFORE UPDATE ON goshawk.organization FOR EACH ROW
  WHEN ((OLD.name, OLD.session_hours, OLD.outbound_hosts) IS DISTINCT FROM (NEW.name, NEW.session_hours, NEW.outbound_hosts)) EXECUTE FUNCTION goshawk.organization_changes();
CREATE OR REPLACE VIEW api.organization_settings WITH (security_barrier) AS
  SELECT o.id, o.name, o.created_at, o.suspended_at, o.session_hours, o.outbound_hosts,
    greatest(o.changed_at, (SELECT p.changed_at FROM goshawk.sign_in_policy p WHERE p.organization = o.id)) AS changed_at
  FROM goshawk.organization o WHERE o.id = (SELECT api.organization());

REVOKE ALL ON FUNCTION goshawk.organization_changes() FROM PUBLIC;
DO $$
DECLARE
  written text;
BEGIN
  FOREACH written IN ARRAY ARRAY[
    'api.unlink_identity(text, uuid, uuid, boolean)', 'api.open_oidc_flow(bytea, bytea, uuid, text, interval, bytea)', 'api.take_oidc_flow(bytea, bytea, uuid)',
    'api.sign_in_by_provider(uuid, text, text, text[], text, uuid)']
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC; GRANT EXECUTE ON FUNCTION %s TO goshawk_api', written, written);
  END LOOP;
END $$;
