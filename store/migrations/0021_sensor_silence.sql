-- 0021: silence of a sensor becomes a record of our own on `raw.<organization>.gateway-goshawk`, by way of the outbox: from there it is an event
-- like any other, a rule makes a finding of it, and an alert. When the sensor speaks again, its alert says so.
ALTER TABLE goshawk.sensor_silence ADD COLUMN told_at timestamptz; -- its alert knows that it is over, or there is none; null: not yet
UPDATE goshawk.sensor_silence SET told_at = now() WHERE ended_at IS NOT NULL; -- from before there were alerts

-- While records wait somewhere on their way nobody is silent: before a sensor is called so, a probe must have come through. The last one of each organization.
CREATE TABLE goshawk.sensor_probe (
  organization text        PRIMARY KEY REFERENCES goshawk.organization,
  asked_at     timestamptz NOT NULL,
  seen_before  timestamptz                                         -- append time of the newest record of ours that had come through by then; null: none had
);

CREATE FUNCTION goshawk.iso(t timestamptz) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- Append time of a sensor's newest event; null: there is none. By the index, since a sensor has a row a minute for a year and more.
CREATE FUNCTION goshawk.last_heard(p_organization text, p_sensor text) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT max(c.last_at) FROM goshawk.sensor_count c WHERE c.organization = p_organization AND c.sensor = p_sensor
    AND c.minute = (SELECT max(x.minute) FROM goshawk.sensor_count x WHERE x.organization = p_organization AND x.sensor = p_sensor);
$$;

-- What changed by this call: each silence and each end once. `p_at` is the wall clock. Sensors that are revoked, or have no limit any more, are silent no longer.
DROP FUNCTION goshawk.note_silence();
CREATE FUNCTION goshawk.note_silence(p_at timestamptz) RETURNS TABLE (organization text, sensor text, since timestamptz, is_silent boolean)
  LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  WITH heard AS (
    SELECT s.id, s.organization, s.name, s.topic, s.silence_seconds, s.revoked_at IS NULL AND s.silence_seconds IS NOT NULL AS is_watched, l.since AS silent_since,
      greatest(goshawk.last_heard(s.organization, s.name), s.created_at) AS last -- events of before are another's, who had the name
    FROM goshawk.sensor s LEFT JOIN goshawk.sensor_silence l ON l.sensor_id = s.id AND l.ended_at IS NULL
    WHERE s.revoked_at IS NULL AND s.silence_seconds IS NOT NULL OR l.since IS NOT NULL
  ), judged AS (
    SELECT h.*, h.last + make_interval(secs => h.silence_seconds) AS due_at, h.is_watched AND h.last + make_interval(secs => h.silence_seconds) < p_at AS is_overdue FROM heard h
  ), fresh AS (
    SELECT j.* FROM judged j WHERE j.is_overdue AND j.silent_since IS NULL
  ), probe AS (
    SELECT o.organization, o.due_at, p.asked_at, own.last, own.last > coalesce(p.seen_before, '-infinity') AS is_back
    FROM (SELECT f.organization, max(f.due_at) AS due_at FROM fresh f GROUP BY f.organization) o
    LEFT JOIN goshawk.sensor_probe p ON p.organization = o.organization CROSS JOIN LATERAL (SELECT goshawk.last_heard(o.organization, 'goshawk') AS last) own
  ), begun AS (
    INSERT INTO goshawk.sensor_silence (sensor_id, since, noticed_at)
    SELECT f.id, f.last, p_at FROM fresh f JOIN probe p ON p.organization = f.organization WHERE p.is_back AND p.asked_at >= f.due_at
    ON CONFLICT DO NOTHING RETURNING sensor_id
  ), asked AS (
    -- One that has not come back is on its way; after ten minutes it is taken for lost.
    INSERT INTO goshawk.sensor_probe AS known (organization, asked_at, seen_before)
    SELECT p.organization, p_at, p.last FROM probe p WHERE p.asked_at IS NULL OR p.asked_at < p_at - interval '10 minutes' OR p.is_back AND p.asked_at < p.due_at
    ON CONFLICT ON CONSTRAINT sensor_probe_pkey DO UPDATE SET asked_at = excluded.asked_at, seen_before = excluded.seen_before RETURNING known.organization
  ), ended AS (
    UPDATE goshawk.sensor_silence l SET ended_at = p_at FROM judged j WHERE l.sensor_id = j.id AND l.ended_at IS NULL AND NOT coalesce(j.is_overdue, false)
    RETURNING l.sensor_id
  ), changed AS (
    SELECT j.*, true AS is_silent FROM judged j JOIN begun b ON b.sensor_id = j.id UNION ALL SELECT j.*, false FROM judged j JOIN ended e ON e.sensor_id = j.id
  ), told AS (
    INSERT INTO goshawk.outbox (topic, key, payload)
    SELECT 'raw.' || c.organization || '.gateway-goshawk', c.name, jsonb_build_object('goshawk', jsonb_strip_nulls(jsonb_build_object(
      'kind', CASE WHEN c.is_silent THEN 'sensor-silent' ELSE 'sensor-speaks' END, 'id', c.id || '|' || api.micros(coalesce(c.silent_since, c.last)),
      'at', goshawk.iso(p_at), 'sensor', c.name, 'topic', c.topic, 'since', goshawk.iso(coalesce(c.silent_since, c.last)), 'allowedSeconds', c.silence_seconds,
      'message', CASE WHEN c.is_silent THEN format('Sensor %s has said nothing for longer than the %s s that it may.', c.name, c.silence_seconds)
                      WHEN c.is_watched THEN format('Sensor %s speaks again.', c.name)
                      ELSE format('Sensor %s is not watched any more.', c.name) END))) FROM changed c
    UNION ALL
    SELECT 'raw.' || a.organization || '.gateway-goshawk', 'probe', jsonb_build_object('goshawk', jsonb_build_object('kind', 'probe', 'id', a.organization || '|' || api.micros(p_at),
      'at', goshawk.iso(p_at), 'message', 'Asks whether records come through, before a sensor is called silent.')) FROM asked a
  )
  SELECT c.organization, c.name, coalesce(c.silent_since, c.last), c.is_silent FROM changed c;
$$;

-- Alerts of the rule detections/goshawk/sensor-silent.yml, which groups by the sensor's name.
CREATE INDEX alert_of_silence ON goshawk.alert (organization, group_key) WHERE group_key LIKE '5f0c6f3a-9a1b-4c1d-8c55-0b6f6b1f7d10|%';

-- Says in the alert of a silence that it is over, and closes it when nobody has taken it up. An alert that was closed so and tells of another
-- silence since is opened again. An alert that is not there an hour after the end (the rule is a draft, or gone) is not waited for.
CREATE FUNCTION goshawk.tell_alerts_of_silence() RETURNS TABLE (organization text, sensor text, alert_id bytea, is_over boolean)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  ours  CONSTANT text := 'goshawk ticker';
  found_one     record;
  is_untouched  boolean;
BEGIN
  FOR found_one IN
    SELECT l.sensor_id, s.organization, s.name, l.since, l.ended_at, s.revoked_at, a.id AS alert_id, w.status, w.changed_by, w.assignee
    FROM goshawk.sensor_silence l JOIN goshawk.sensor s ON s.id = l.sensor_id
    LEFT JOIN goshawk.alert a ON a.organization = s.organization AND a.group_key LIKE '5f0c6f3a-9a1b-4c1d-8c55-0b6f6b1f7d10|%'
      AND a.group_key = '5f0c6f3a-9a1b-4c1d-8c55-0b6f6b1f7d10|host|' || s.name AND l.noticed_at BETWEEN a.event_time AND a.last_time
    LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id
    WHERE l.told_at IS NULL AND (l.ended_at IS NOT NULL OR w.status = 'closed' AND w.changed_by = ours)
    ORDER BY l.noticed_at
  LOOP
    PERFORM set_config('goshawk.organization', found_one.organization, true);
    IF found_one.ended_at IS NULL THEN
      PERFORM api.change_alert(ours, found_one.alert_id, status => 'open', note => format('Sensor %s is silent again, since %s.', found_one.name, goshawk.iso(date_trunc('second', found_one.since))));
    ELSIF found_one.alert_id IS NOT NULL THEN
      is_untouched := coalesce(found_one.status, 'open') = 'open' AND found_one.assignee IS NULL
        AND NOT EXISTS (SELECT FROM goshawk.alert_note n WHERE n.alert_id = found_one.alert_id AND n.by <> ours)
        AND NOT EXISTS (SELECT FROM goshawk.sensor_silence o WHERE o.sensor_id = found_one.sensor_id AND o.ended_at IS NULL);
      PERFORM api.change_alert(ours, found_one.alert_id, status => CASE WHEN is_untouched THEN 'closed' END, note => format(
        CASE WHEN found_one.revoked_at IS NULL THEN 'Sensor %s speaks again, or is not watched any more. It had said nothing from %s to %s.'
             ELSE 'Sensor %s was revoked. It had said nothing from %s to %s.' END,
        found_one.name, goshawk.iso(date_trunc('second', found_one.since)), goshawk.iso(date_trunc('second', found_one.ended_at))));
    END IF;
    IF found_one.ended_at IS NOT NULL AND (found_one.alert_id IS NOT NULL OR found_one.ended_at < now() - interval '1 hour') THEN
      UPDATE goshawk.sensor_silence l SET told_at = now() WHERE l.sensor_id = found_one.sensor_id AND l.since = found_one.since;
    END IF;
    IF found_one.alert_id IS NOT NULL THEN
      RETURN QUERY SELECT found_one.organization, found_one.name, found_one.alert_id, found_one.ended_at IS NOT NULL;
    END IF;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION goshawk.iso(timestamptz), goshawk.last_heard(text, text), goshawk.note_silence(timestamptz), goshawk.tell_alerts_of_silence() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION goshawk.iso(timestamptz), goshawk.last_heard(text, text), goshawk.note_silence(timestamptz), goshawk.tell_alerts_of_silence() TO goshawk_stages;
GRANT SELECT, INSERT, UPDATE ON goshawk.sensor_probe TO goshawk_stages;

-- Topics of our own: no sensor may be given them, nor the names by which their records go.
ALTER TABLE goshawk.sensor ADD CHECK (name NOT IN ('goshawk', 'redriven') AND source NOT IN ('goshawk', 'redriven')) NOT VALID;
