-- 0007: what the API's role may write: functions only, each for the organization of the transaction, each audited here, so
-- that no caller can forget it. They run with the owner's rights, hence the fixed search path. `actor` is who is named in
-- the audit. Nothing of that name in this organization: SQLSTATE P0002.
CREATE FUNCTION api.append_audit(actor text, action text, object text, detail jsonb DEFAULT '{}') RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  RETURN goshawk.append_audit(api.organization(), actor, action, object, detail);

-- First row of the audit that does not fit, or null: the chain holds.
CREATE FUNCTION api.first_broken_audit() RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  RETURN goshawk.first_broken_audit(api.organization());

-- For signing in: the only way to a password hash. Names are compared without case. No row: no such user, or disabled.
CREATE FUNCTION api.credentials(user_name text) RETURNS TABLE (id uuid, name text, password_hash text, roles text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.name, u.password_hash, u.roles FROM goshawk.app_user u
  WHERE u.organization = api.organization() AND lower(u.name) = lower(user_name) AND u.disabled_at IS NULL;
$$;

-- SQLSTATE 23505 when the name is taken.
CREATE FUNCTION api.add_user(actor text, user_name text, password_hash text, roles text[]) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
BEGIN
  INSERT INTO goshawk.app_user (organization, name, password_hash, roles)
    VALUES (api.organization(), user_name, add_user.password_hash, add_user.roles) RETURNING id INTO new_id;
  PERFORM goshawk.append_audit(api.organization(), actor, 'user.add', user_name, jsonb_build_object('id', new_id, 'roles', add_user.roles));
  RETURN new_id;
END $$;

-- For the first start, by several processes at once: true for the one that made the user, false when the organization has users.
CREATE FUNCTION api.add_first_user(user_name text, password_hash text, roles text[]) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM goshawk.organization o WHERE o.id = api.organization() FOR UPDATE;
  IF NOT FOUND OR EXISTS (SELECT FROM goshawk.app_user u WHERE u.organization = api.organization()) THEN
    RETURN false;
  END IF;
  PERFORM api.add_user('goshawk', user_name, add_first_user.password_hash, add_first_user.roles);
  RETURN true;
END $$;

-- Null leaves a part as it is.
CREATE FUNCTION api.change_user(actor text, user_name text, password_hash text DEFAULT NULL, roles text[] DEFAULT NULL, disabled boolean DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE goshawk.app_user u SET
    password_hash = coalesce(change_user.password_hash, u.password_hash),
    password_at   = CASE WHEN change_user.password_hash IS NULL THEN u.password_at ELSE now() END,
    roles         = coalesce(change_user.roles, u.roles),
    disabled_at   = CASE disabled WHEN true THEN coalesce(u.disabled_at, now()) WHEN false THEN NULL ELSE u.disabled_at END
  WHERE u.organization = api.organization() AND lower(u.name) = lower(user_name);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such user' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'user.change', user_name,
    jsonb_strip_nulls(jsonb_build_object('password', CASE WHEN change_user.password_hash IS NOT NULL THEN 'changed' END, 'roles', change_user.roles, 'disabled', disabled)));
END $$;

-- Null leaves a part as it is; an empty assignee unassigns.
CREATE FUNCTION api.change_alert(actor text, alert_id bytea, status text DEFAULT NULL, verdict text DEFAULT NULL, assignee text DEFAULT NULL, note text DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE goshawk.alert a SET changed_at = now() WHERE a.id = change_alert.alert_id AND a.organization = api.organization();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such alert' USING ERRCODE = 'no_data_found';
  END IF;
  INSERT INTO goshawk.alert_work AS w (alert_id, organization, status, verdict, assignee, changed_by)
    VALUES (change_alert.alert_id, api.organization(), coalesce(change_alert.status, 'open'), change_alert.verdict, nullif(change_alert.assignee, ''), actor)
  ON CONFLICT ON CONSTRAINT alert_work_pkey DO UPDATE SET
    status     = coalesce(change_alert.status, w.status),
    -- A verdict belongs to the closing: an alert that is opened again has none, unless one is given.
    verdict    = CASE WHEN w.status = 'closed' AND change_alert.status <> 'closed' THEN change_alert.verdict ELSE coalesce(change_alert.verdict, w.verdict) END,
    assignee   = CASE WHEN change_alert.assignee IS NULL THEN w.assignee ELSE nullif(change_alert.assignee, '') END,
    changed_at = now(),
    changed_by = actor;
  IF note IS NOT NULL THEN
    INSERT INTO goshawk.alert_note (alert_id, organization, by, text) VALUES (change_alert.alert_id, api.organization(), actor, note);
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'alert.change', encode(change_alert.alert_id, 'hex'),
    jsonb_strip_nulls(jsonb_build_object('status', change_alert.status, 'verdict', change_alert.verdict, 'assignee', change_alert.assignee, 'note', note)));
  PERFORM pg_notify('goshawk_alert', (SELECT jsonb_build_object('organization', a.organization, 'id', encode(a.id, 'hex'), 'revision', a.revision)::text
    FROM goshawk.alert a WHERE a.id = change_alert.alert_id));
END $$;

-- A version of an asset from `valid_from` on. Without `asset_id`: a new asset. The version that holds at that time ends
-- there; a version with the same start is replaced; a later version stays and ends this one. Returns the id.
CREATE FUNCTION api.put_asset(actor text, asset_id uuid, valid_from timestamptz, name text, kind text, hostnames text[], addresses inet[], owner text, criticality integer) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  the_id uuid := coalesce(asset_id, gen_random_uuid());
  until  timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('asset ' || the_id, 0)); -- versions of one asset are written one after another
  IF asset_id IS NOT NULL AND NOT EXISTS (SELECT FROM goshawk.asset a WHERE a.id = the_id AND a.organization = api.organization()) THEN
    RAISE EXCEPTION 'No such asset' USING ERRCODE = 'no_data_found';
  END IF;
  SELECT min(a.valid_from) INTO until FROM goshawk.asset a WHERE a.id = the_id AND a.valid_from > put_asset.valid_from;
  SELECT coalesce(until, (SELECT a.valid_to FROM goshawk.asset a WHERE a.id = the_id AND a.valid_from = put_asset.valid_from)) INTO until;
  UPDATE goshawk.asset a SET valid_to = put_asset.valid_from, written_by = actor
    WHERE a.id = the_id AND a.valid_from < put_asset.valid_from AND (a.valid_to IS NULL OR a.valid_to > put_asset.valid_from);
  IF FOUND THEN
    PERFORM goshawk.publish_asset(the_id, (SELECT max(a.valid_from) FROM goshawk.asset a WHERE a.id = the_id AND a.valid_from < put_asset.valid_from));
  END IF;
  INSERT INTO goshawk.asset (id, valid_from, valid_to, organization, name, kind, hostnames, addresses, owner, criticality, version, written_by)
    VALUES (the_id, put_asset.valid_from, until, api.organization(), put_asset.name, put_asset.kind,
      (SELECT coalesce(array_agg(DISTINCT lower(h)), '{}') FROM unnest(put_asset.hostnames) h), coalesce(put_asset.addresses, '{}'), put_asset.owner, put_asset.criticality, 0, actor)
  ON CONFLICT ON CONSTRAINT asset_pkey DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name, kind = excluded.kind, hostnames = excluded.hostnames,
    addresses = excluded.addresses, owner = excluded.owner, criticality = excluded.criticality, written_by = actor;
  PERFORM goshawk.publish_asset(the_id, put_asset.valid_from);
  PERFORM goshawk.append_audit(api.organization(), actor, 'asset.put', the_id::text, jsonb_build_object('name', put_asset.name, 'validFrom', put_asset.valid_from, 'owner', put_asset.owner));
  RETURN the_id;
END $$;

-- The asset ceases at `at`: the version that holds then ends there. Versions that begin later stay.
CREATE FUNCTION api.end_asset(actor text, asset_id uuid, at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  start timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('asset ' || asset_id, 0));
  UPDATE goshawk.asset a SET valid_to = at, written_by = actor
    WHERE a.id = asset_id AND a.organization = api.organization() AND a.valid_from < at AND (a.valid_to IS NULL OR a.valid_to > at) RETURNING a.valid_from INTO start;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such asset at that time' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.publish_asset(asset_id, start);
  PERFORM goshawk.append_audit(api.organization(), actor, 'asset.end', asset_id::text, jsonb_build_object('at', at));
END $$;

-- As put_asset.
CREATE FUNCTION api.put_zone(actor text, zone_id uuid, valid_from timestamptz, name text, network cidr, kind text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  the_id uuid := coalesce(zone_id, gen_random_uuid());
  until  timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('zone ' || the_id, 0));
  IF zone_id IS NOT NULL AND NOT EXISTS (SELECT FROM goshawk.zone z WHERE z.id = the_id AND z.organization = api.organization()) THEN
    RAISE EXCEPTION 'No such zone' USING ERRCODE = 'no_data_found';
  END IF;
  SELECT min(z.valid_from) INTO until FROM goshawk.zone z WHERE z.id = the_id AND z.valid_from > put_zone.valid_from;
  SELECT coalesce(until, (SELECT z.valid_to FROM goshawk.zone z WHERE z.id = the_id AND z.valid_from = put_zone.valid_from)) INTO until;
  UPDATE goshawk.zone z SET valid_to = put_zone.valid_from, written_by = actor
    WHERE z.id = the_id AND z.valid_from < put_zone.valid_from AND (z.valid_to IS NULL OR z.valid_to > put_zone.valid_from);
  IF FOUND THEN
    PERFORM goshawk.publish_zone(the_id, (SELECT max(z.valid_from) FROM goshawk.zone z WHERE z.id = the_id AND z.valid_from < put_zone.valid_from));
  END IF;
  INSERT INTO goshawk.zone (id, valid_from, valid_to, organization, name, cidr, kind, version, written_by)
    VALUES (the_id, put_zone.valid_from, until, api.organization(), put_zone.name, network, put_zone.kind, 0, actor)
  ON CONFLICT ON CONSTRAINT zone_pkey DO UPDATE SET valid_to = excluded.valid_to, name = excluded.name, cidr = excluded.cidr, kind = excluded.kind, written_by = actor;
  PERFORM goshawk.publish_zone(the_id, put_zone.valid_from);
  PERFORM goshawk.append_audit(api.organization(), actor, 'zone.put', the_id::text, jsonb_build_object('name', put_zone.name, 'cidr', network, 'validFrom', put_zone.valid_from));
  RETURN the_id;
END $$;

CREATE FUNCTION api.end_zone(actor text, zone_id uuid, at timestamptz) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  start timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('zone ' || zone_id, 0));
  UPDATE goshawk.zone z SET valid_to = at, written_by = actor
    WHERE z.id = zone_id AND z.organization = api.organization() AND z.valid_from < at AND (z.valid_to IS NULL OR z.valid_to > at) RETURNING z.valid_from INTO start;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such zone at that time' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.publish_zone(zone_id, start);
  PERFORM goshawk.append_audit(api.organization(), actor, 'zone.end', zone_id::text, jsonb_build_object('at', at));
END $$;
