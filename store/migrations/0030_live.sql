-- 0030: what live rooms need: changes in an order that no reader can miss, and who looks at what.
-- A sequence is drawn before its transaction commits, so "everything above 17" would pass over a 16 that commits later. The position of a
-- reader is therefore a snapshot of PostgreSQL (pg_current_snapshot): what it could see is behind the reader, everything else is still to
-- come, whatever the order of commits. Transaction ids are xid8, which never come again within one cluster.
CREATE TABLE goshawk.live_change (
  seq          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid          xid8        NOT NULL DEFAULT pg_current_xact_id(),
  organization text        NOT NULL,                   -- '' = of all
  kind         text        NOT NULL,                   -- alert, finding, asset, rules
  id           text        NOT NULL,
  detail       jsonb       NOT NULL,                   -- finding {time}, rules {by}: what is needed to read it
  at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX live_change_xid ON goshawk.live_change (xid, seq);
CREATE INDEX live_change_at ON goshawk.live_change (at);

-- Up to here changes were forgotten: a position whose snapshot begins at or before it may have missed some.
CREATE TABLE goshawk.live_floor (
  xid      xid8    NOT NULL,
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one)
);
INSERT INTO goshawk.live_floor (xid) VALUES ('0');

-- Processes that hold sockets, and who of them looks at what. A process that is not heard of for half a minute is gone, with its visitors.
CREATE UNLOGGED TABLE goshawk.live_process (
  id      uuid        PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNLOGGED TABLE goshawk.live_presence (
  process_id   uuid        NOT NULL REFERENCES goshawk.live_process ON DELETE CASCADE,
  organization text        NOT NULL,
  room         text        NOT NULL,
  user_name    text        NOT NULL,
  since        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization, room, process_id, user_name)
);
CREATE INDEX live_presence_process ON goshawk.live_presence (process_id);

-- Notes a change; whoever listens reads it when this transaction has committed. Equal notifications of one transaction are one.
CREATE FUNCTION goshawk.tell_change(p_organization text, p_kind text, p_id text, p_detail jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO goshawk.live_change (organization, kind, id, detail) VALUES (p_organization, p_kind, p_id, p_detail);
  SELECT pg_notify('goshawk_live', '{}');
$$;
-- Says that a state is another: whoever shows it reads it again. Nothing is kept, for the newest state replaces all before it.
CREATE FUNCTION goshawk.tell_state(p_organization text, p_state text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_notify('goshawk_live', jsonb_build_object('organization', p_organization, 'state', p_state)::text);
$$;

CREATE FUNCTION goshawk.tell_alerts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_change(c.organization, 'alert', encode(c.id, 'hex'), '{}') FROM changed c;
  RETURN NULL;
END $$;
CREATE TRIGGER alert_inserted_live AFTER INSERT ON goshawk.alert REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_alerts();
CREATE TRIGGER alert_updated_live AFTER UPDATE ON goshawk.alert REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_alerts();

CREATE FUNCTION goshawk.tell_alert_work() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_change(c.organization, 'alert', encode(c.alert_id, 'hex'), '{}') FROM changed c;
  RETURN NULL;
END $$;
CREATE TRIGGER alert_work_inserted_live AFTER INSERT ON goshawk.alert_work REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_alert_work();
CREATE TRIGGER alert_work_updated_live AFTER UPDATE ON goshawk.alert_work REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_alert_work();

-- By row: a hypertable has no transition tables for all versions of TimescaleDB that we run on.
CREATE FUNCTION goshawk.tell_finding() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_change(NEW.organization, 'finding', encode(NEW.id, 'hex'), jsonb_build_object('time', api.micros(NEW.event_time)));
  RETURN NULL;
END $$;
CREATE TRIGGER finding_live AFTER INSERT OR UPDATE ON goshawk.finding FOR EACH ROW EXECUTE FUNCTION goshawk.tell_finding();

CREATE FUNCTION goshawk.tell_asset() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_change(NEW.organization, 'asset', NEW.id::text, '{}');
  RETURN NULL;
END $$;
CREATE TRIGGER asset_live AFTER INSERT OR UPDATE ON goshawk.asset FOR EACH ROW EXECUTE FUNCTION goshawk.tell_asset();

CREATE FUNCTION goshawk.tell_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_change(NEW.organization, 'rules', NEW.number::text, jsonb_build_object('by', NEW.made_by));
  RETURN NULL;
END $$;
CREATE TRIGGER rule_set_live AFTER INSERT ON goshawk.rule_set FOR EACH ROW EXECUTE FUNCTION goshawk.tell_rules();

CREATE FUNCTION goshawk.tell_letters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_state(c.organization, 'dead-letters') FROM (SELECT DISTINCT organization FROM changed) c;
  RETURN NULL;
END $$;
CREATE TRIGGER dead_letter_inserted_live AFTER INSERT ON goshawk.dead_letter REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_letters();
CREATE TRIGGER dead_letter_updated_live AFTER UPDATE ON goshawk.dead_letter REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_letters();
CREATE TRIGGER dead_letter_deleted_live AFTER DELETE ON goshawk.dead_letter REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_letters();

CREATE FUNCTION goshawk.tell_sensor() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_state(NEW.organization, 'sensors');
  RETURN NULL;
END $$;
CREATE TRIGGER sensor_live AFTER INSERT OR UPDATE ON goshawk.sensor FOR EACH ROW EXECUTE FUNCTION goshawk.tell_sensor();
CREATE FUNCTION goshawk.tell_silence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM goshawk.tell_state(s.organization, 'sensors') FROM goshawk.sensor s WHERE s.id = NEW.sensor_id;
  RETURN NULL;
END $$;
CREATE TRIGGER sensor_silence_live AFTER INSERT OR UPDATE ON goshawk.sensor_silence FOR EACH ROW EXECUTE FUNCTION goshawk.tell_silence();

CREATE FUNCTION goshawk.tell_presence() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('goshawk_live', jsonb_build_object('organization', c.organization, 'presence', c.room)::text) FROM (SELECT DISTINCT organization, room FROM changed) c;
  RETURN NULL;
END $$;
CREATE TRIGGER live_presence_came AFTER INSERT ON goshawk.live_presence REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_presence();
CREATE TRIGGER live_presence_went AFTER DELETE ON goshawk.live_presence REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION goshawk.tell_presence();

-- Where the cluster is. Another `epoch` (another cluster, or this one after a restore to an earlier time) makes all positions of before worthless.
CREATE FUNCTION api.live_position() RETURNS TABLE (epoch text, snapshot text, floor text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT (SELECT system_identifier::text FROM pg_control_system()) || '-' || (SELECT timeline_id::text FROM pg_control_checkpoint()),
    pg_current_snapshot()::text, (SELECT xid::text FROM goshawk.live_floor);
$$;

-- What `until` sees and `since` does not, beginning after `after_seq`; of all organizations, for the process that hands it out to each: no contents.
CREATE FUNCTION api.live_changes(since pg_snapshot, until pg_snapshot, after_seq bigint, most integer)
  RETURNS TABLE (seq bigint, organization text, kind text, id text, detail jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.seq, c.organization, c.kind, c.id, c.detail FROM goshawk.live_change c
  WHERE c.xid >= pg_snapshot_xmin(since) AND c.xid < pg_snapshot_xmax(until)
    AND NOT pg_visible_in_snapshot(c.xid, since) AND pg_visible_in_snapshot(c.xid, until) AND c.seq > after_seq
  ORDER BY c.seq LIMIT most;
$$;
-- The same for one organization: what somebody missed. The newest change of each thing.
CREATE FUNCTION api.live_missed(since pg_snapshot, until pg_snapshot, kinds text[], most integer)
  RETURNS TABLE (seq bigint, organization text, kind text, id text, detail jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT * FROM (
    SELECT DISTINCT ON (c.kind, c.id) c.seq, c.organization, c.kind, c.id, c.detail FROM goshawk.live_change c
    WHERE c.xid >= pg_snapshot_xmin(since) AND c.xid < pg_snapshot_xmax(until) AND c.kind = ANY (kinds)
      AND NOT pg_visible_in_snapshot(c.xid, since) AND pg_visible_in_snapshot(c.xid, until) AND c.organization IN ('', api.organization())
    ORDER BY c.kind, c.id, c.seq DESC) newest
  ORDER BY newest.seq LIMIT most;
$$;

-- Forgets changes older than `keep`, and of more than `most` the oldest; one process at a time. In the order of transaction ids, so that the floor tells all.
CREATE FUNCTION api.trim_live_changes(keep interval, most bigint) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  cut  xid8;
  gone bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('live trim', 0)) THEN
    RETURN 0;
  END IF;
  -- A row that is not committed yet is above the horizon, and stays.
  SELECT greatest(
    (SELECT c.xid FROM goshawk.live_change c WHERE c.at < now() - keep ORDER BY c.at DESC LIMIT 1),
    (SELECT c.xid FROM goshawk.live_change c ORDER BY c.xid DESC, c.seq DESC OFFSET most LIMIT 1)) INTO cut;
  IF cut IS NULL THEN
    RETURN 0;
  END IF;
  cut := least(cut, pg_snapshot_xmin(pg_current_snapshot()));
  UPDATE goshawk.live_floor f SET xid = greatest(f.xid, cut);
  DELETE FROM goshawk.live_change c WHERE c.xid <= cut AND c.xid < pg_snapshot_xmin(pg_current_snapshot());
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

-- This process lives; those that were not heard of for `silence` do not, and their visitors have gone. False: it was not known, or taken for gone.
CREATE FUNCTION api.live_heartbeat(process_id uuid, silence interval) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_known boolean;
BEGIN
  UPDATE goshawk.live_process p SET seen_at = now() WHERE p.id = live_heartbeat.process_id;
  is_known := FOUND;
  IF NOT is_known THEN
    INSERT INTO goshawk.live_process (id) VALUES (live_heartbeat.process_id) ON CONFLICT DO NOTHING;
  END IF;
  DELETE FROM goshawk.live_process p WHERE p.seen_at < now() - silence;
  RETURN is_known;
END $$;
CREATE FUNCTION api.end_live_process(process_id uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM goshawk.live_process p WHERE p.id = end_live_process.process_id;
$$;
CREATE FUNCTION api.enter_room(process_id uuid, room text, user_name text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO goshawk.live_process (id) VALUES (enter_room.process_id) ON CONFLICT (id) DO NOTHING; -- it may have been taken for gone
  INSERT INTO goshawk.live_presence (process_id, organization, room, user_name)
    VALUES (enter_room.process_id, api.organization(), enter_room.room, enter_room.user_name) ON CONFLICT DO NOTHING;
END $$;
CREATE FUNCTION api.leave_room(process_id uuid, room text, user_name text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM goshawk.live_presence p
    WHERE p.process_id = leave_room.process_id AND p.organization = api.organization() AND p.room = leave_room.room AND p.user_name = leave_room.user_name;
$$;
CREATE VIEW api.live_presence WITH (security_barrier) AS
  SELECT p.organization, p.room, p.user_name, min(p.since) AS since FROM goshawk.live_presence p
  WHERE p.organization = (SELECT api.organization()) GROUP BY p.organization, p.room, p.user_name;

REVOKE ALL ON FUNCTION goshawk.tell_change(text, text, text, jsonb), goshawk.tell_state(text, text), goshawk.tell_alerts(), goshawk.tell_alert_work(), goshawk.tell_finding(), goshawk.tell_asset(),
  goshawk.tell_rules(), goshawk.tell_letters(), goshawk.tell_sensor(), goshawk.tell_silence(), goshawk.tell_presence(), api.live_position(),
  api.live_changes(pg_snapshot, pg_snapshot, bigint, integer), api.live_missed(pg_snapshot, pg_snapshot, text[], integer), api.trim_live_changes(interval, bigint),
  api.live_heartbeat(uuid, interval), api.end_live_process(uuid), api.enter_room(uuid, text, text), api.leave_room(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.live_position(), api.live_changes(pg_snapshot, pg_snapshot, bigint, integer), api.live_missed(pg_snapshot, pg_snapshot, text[], integer),
  api.trim_live_changes(interval, bigint), api.live_heartbeat(uuid, interval), api.end_live_process(uuid), api.enter_room(uuid, text, text), api.leave_room(uuid, text, text)
  TO goshawk_api;
GRANT SELECT ON api.live_presence TO goshawk_api;
