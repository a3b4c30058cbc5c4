-- 0028: work on alerts in bulk, tags, saved searches and views.
-- A change is one deed of one person on one or many alerts. What each alert was before is kept with it, so that it can be undone for as long
-- as nobody has changed the alert since. Which moves are allowed is decided by domains/alerts; here is what must hold whoever asks.
ALTER TABLE goshawk.alert_work
  ADD COLUMN verdict_reason text   CHECK (length(verdict_reason) BETWEEN 1 AND 2000),
  ADD COLUMN labels         text[] NOT NULL DEFAULT '{}' CHECK (cardinality(labels) <= 20), -- what people call it; its tags are those of its rules
  ADD COLUMN revision       integer NOT NULL DEFAULT 1,                                     -- one more with each change; an alert that nobody touched has 0
  ADD COLUMN change_id      uuid;                                                           -- the last one; null: from before they were kept
CREATE INDEX alert_work_labels ON goshawk.alert_work USING gin (labels);

CREATE TABLE goshawk.alert_change (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization text        NOT NULL REFERENCES goshawk.organization,
  at           timestamptz NOT NULL DEFAULT now(),
  by           text        NOT NULL,
  undoes       uuid                                    -- the change that it took back
);
CREATE TABLE goshawk.alert_change_part (
  change_id    uuid        NOT NULL REFERENCES goshawk.alert_change,
  alert_id     bytea       NOT NULL REFERENCES goshawk.alert,
  organization text        NOT NULL,
  revision     integer     NOT NULL,                   -- of the work, as this change left it
  before       jsonb       NOT NULL,                   -- {status, verdict, verdictReason, assignee, labels}
  note_id      bigint,                                 -- that it added
  PRIMARY KEY (change_id, alert_id)
);
CREATE INDEX alert_change_part_alert ON goshawk.alert_change_part (alert_id, revision);

-- An edited note keeps what it said; one that is taken back keeps it too, and is shown no more.
ALTER TABLE goshawk.alert_note
  ADD COLUMN revision   integer NOT NULL DEFAULT 1,
  ADD COLUMN edited_at  timestamptz,
  ADD COLUMN removed_at timestamptz;
CREATE TABLE goshawk.alert_note_version (
  note_id      bigint      NOT NULL REFERENCES goshawk.alert_note,
  revision     integer     NOT NULL,
  organization text        NOT NULL,
  at           timestamptz NOT NULL,                   -- when it began to say so
  text         text        NOT NULL,
  PRIMARY KEY (note_id, revision)
);
-- Who did what on one alert is asked for with every alert that is opened.
CREATE INDEX audit_object ON goshawk.audit (organization, object, seq);

CREATE OR REPLACE VIEW api.alert WITH (security_barrier) AS
  SELECT a.id, a.organization, a.revision, a.event_time, a.last_time, a.title, a.severity, a.group_key, a.score, a.rule_ids, a.tags, a.entities, a.findings,
    a.finding_count, a.events, a.event_count, a.reason, a.stored_at, a.opened_at, a.changed_at, coalesce(w.status, 'open') AS status, w.verdict, w.assignee,
    w.changed_at AS work_changed_at, w.changed_by AS work_changed_by, a.changes,
    w.verdict_reason, coalesce(w.labels, '{}') AS labels, coalesce(w.revision, 0) AS work_revision, w.change_id
  FROM goshawk.alert a LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id
  WHERE a.organization = (SELECT api.organization());
CREATE OR REPLACE VIEW api.alert_newest WITH (security_barrier) AS
  SELECT a.id, a.organization, a.revision, a.event_time, a.last_time, a.title, a.severity, a.group_key, a.score, a.rule_ids, a.tags, a.entities, a.findings,
    a.finding_count, a.events, a.event_count, a.reason, a.stored_at, a.opened_at, a.changed_at, coalesce(w.status, 'open') AS status, w.verdict, w.assignee,
    w.changed_at AS work_changed_at, w.changed_by AS work_changed_by, a.changes,
    w.verdict_reason, coalesce(w.labels, '{}') AS labels, coalesce(w.revision, 0) AS work_revision, w.change_id
  FROM goshawk.alert a LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id
  WHERE a.organization = (SELECT api.organization()) ORDER BY a.changed_at DESC, a.id DESC;
CREATE OR REPLACE VIEW api.alert_note WITH (security_barrier) AS
  SELECT id, alert_id, organization, at, by, text, revision, edited_at, removed_at FROM goshawk.alert_note WHERE organization = (SELECT api.organization());
CREATE VIEW api.alert_note_version WITH (security_barrier) AS
  SELECT note_id, revision, organization, at, text FROM goshawk.alert_note_version WHERE organization = (SELECT api.organization());
CREATE VIEW api.alert_change WITH (security_barrier) AS
  SELECT id, organization, at, by, undoes FROM goshawk.alert_change WHERE organization = (SELECT api.organization());
CREATE VIEW api.alert_change_part WITH (security_barrier) AS
  SELECT change_id, alert_id, organization, revision, before, note_id FROM goshawk.alert_change_part WHERE organization = (SELECT api.organization());

-- Holds the alerts until the end of the transaction, in one order for everybody, so that two who change the same ones wait for each other
-- instead of both failing. Returns those that there are.
CREATE FUNCTION api.hold_alerts(alert_ids bytea[]) RETURNS SETOF bytea
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.id FROM goshawk.alert a WHERE a.id = ANY (alert_ids) AND a.organization = api.organization() ORDER BY a.id FOR UPDATE;
$$;

-- Status and verdict go out on ref.decisions.v1, keyed by when they were decided.
CREATE FUNCTION goshawk.publish_decision(p_alert bytea) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  outbox_id bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
  at        bigint := api.micros(clock_timestamp()); -- later than that of whoever held the alert before
BEGIN
  INSERT INTO goshawk.outbox (id, topic, key, payload)
  SELECT outbox_id, 'ref.decisions.v1', encode(a.id, 'hex') || '|' || at, jsonb_build_object(
    'id', encode(a.id, 'hex'), 'organization', a.organization, 'validFrom', at, 'writtenAt', at, 'version', outbox_id, 'groupKey', a.group_key,
    'ruleIds', to_jsonb(a.rule_ids), 'status', w.status, 'verdict', w.verdict, 'reason', w.verdict_reason, 'decidedBy', w.changed_by)
  FROM goshawk.alert a JOIN goshawk.alert_work w ON w.alert_id = a.id WHERE a.id = p_alert;
END $$;

-- The work on one alert as it is to be: writes it, what it was, its note, the audit, the row for the topic, and tells who listens. The caller holds the alert.
CREATE FUNCTION goshawk.write_work(p_change uuid, p_actor text, p_alert bytea, p_next jsonb, p_note text) RETURNS void
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was    goshawk.alert_work;
  before jsonb;
  note   bigint;
  org    text := api.organization();
BEGIN
  SELECT * INTO was FROM goshawk.alert_work w WHERE w.alert_id = p_alert;
  before := jsonb_build_object('status', coalesce(was.status, 'open'), 'verdict', was.verdict, 'verdictReason', was.verdict_reason, 'assignee', was.assignee,
    'labels', to_jsonb(coalesce(was.labels, '{}')));
  IF p_note IS NOT NULL THEN
    INSERT INTO goshawk.alert_note (alert_id, organization, by, text) VALUES (p_alert, org, p_actor, p_note) RETURNING id INTO note;
  END IF;
  INSERT INTO goshawk.alert_work AS w (alert_id, organization, status, verdict, verdict_reason, assignee, labels, revision, change_id, changed_at, changed_by)
    VALUES (p_alert, org, p_next->>'status', p_next->>'verdict', p_next->>'verdictReason', p_next->>'assignee',
      ARRAY(SELECT jsonb_array_elements_text(p_next->'labels')), 1, p_change, clock_timestamp(), p_actor)
  ON CONFLICT ON CONSTRAINT alert_work_pkey DO UPDATE SET status = excluded.status, verdict = excluded.verdict, verdict_reason = excluded.verdict_reason,
    assignee = excluded.assignee, labels = excluded.labels, revision = w.revision + 1, change_id = excluded.change_id, changed_at = excluded.changed_at, changed_by = excluded.changed_by;
  INSERT INTO goshawk.alert_change_part (change_id, alert_id, organization, revision, before, note_id) VALUES (p_change, p_alert, org, coalesce(was.revision, 0) + 1, before, note);
  UPDATE goshawk.alert a SET changed_at = now() WHERE a.id = p_alert;
  IF (before->'status', before->'verdict', before->'verdictReason') IS DISTINCT FROM (p_next->'status', p_next->'verdict', p_next->'verdictReason') THEN
    PERFORM goshawk.publish_decision(p_alert);
  END IF;
  -- What changed, from and to; a note whole.
  PERFORM goshawk.append_audit(org, p_actor, 'alert.change', encode(p_alert, 'hex'), jsonb_strip_nulls(jsonb_build_object(
    'change', p_change, 'undoes', (SELECT c.undoes FROM goshawk.alert_change c WHERE c.id = p_change), 'note', p_note,
    'fields', (SELECT jsonb_object_agg(n.key, jsonb_build_array(before->n.key, n.value)) FROM jsonb_each(p_next) n WHERE n.value IS DISTINCT FROM before->n.key))));
  PERFORM pg_notify('goshawk_alert', (SELECT jsonb_build_object('organization', a.organization, 'id', encode(a.id, 'hex'), 'revision', a.revision)::text
    FROM goshawk.alert a WHERE a.id = p_alert));
END $$;

-- One change: parts are [{id, revision, next: {status, verdict, verdictReason, assignee, labels}}], `revision` being that of the work they were decided upon.
-- SQLSTATE P0002: there is no such alert; 40001: somebody changed one meanwhile.
CREATE FUNCTION api.change_alerts(actor text, parts jsonb, note text, undoes uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_id uuid;
  part   record;
BEGIN
  INSERT INTO goshawk.alert_change (organization, by, undoes) VALUES (api.organization(), actor, change_alerts.undoes) RETURNING id INTO new_id;
  FOR part IN SELECT decode(p->>'id', 'hex') AS id, (p->>'revision')::integer AS revision, p->'next' AS next FROM jsonb_array_elements(parts) p ORDER BY 1 LOOP
    PERFORM FROM goshawk.alert a WHERE a.id = part.id AND a.organization = api.organization() FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'No such alert' USING ERRCODE = 'no_data_found';
    ELSIF part.revision <> coalesce((SELECT w.revision FROM goshawk.alert_work w WHERE w.alert_id = part.id), 0) THEN
      RAISE EXCEPTION 'The alert has another revision' USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM goshawk.write_work(new_id, actor, part.id, part.next, change_alerts.note);
  END LOOP;
  IF undoes IS NOT NULL THEN
    UPDATE goshawk.alert_note n SET removed_at = now() FROM goshawk.alert_change_part p
      WHERE p.change_id = change_alerts.undoes AND p.organization = api.organization() AND n.id = p.note_id AND n.removed_at IS NULL;
  END IF;
  RETURN new_id;
END $$;

-- For duties of our own, which decide by themselves. Null leaves a part as it is; an empty assignee unassigns.
CREATE OR REPLACE FUNCTION api.change_alert(actor text, alert_id bytea, status text DEFAULT NULL, verdict text DEFAULT NULL, assignee text DEFAULT NULL, note text DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was        goshawk.alert_work;
  new_status text;
  new_change uuid;
BEGIN
  PERFORM FROM goshawk.alert a WHERE a.id = change_alert.alert_id AND a.organization = api.organization() FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such alert' USING ERRCODE = 'no_data_found';
  END IF;
  SELECT * INTO was FROM goshawk.alert_work w WHERE w.alert_id = change_alert.alert_id;
  new_status := coalesce(change_alert.status, was.status, 'open');
  INSERT INTO goshawk.alert_change (organization, by) VALUES (api.organization(), actor) RETURNING id INTO new_change;
  PERFORM goshawk.write_work(new_change, actor, change_alert.alert_id, jsonb_build_object(
    'status', new_status,
    -- A verdict belongs to the closing: an alert that is opened again has none, unless one is given.
    'verdict', CASE WHEN was.status = 'closed' AND new_status <> 'closed' THEN change_alert.verdict ELSE coalesce(change_alert.verdict, was.verdict) END,
    'verdictReason', CASE WHEN was.status = 'closed' AND new_status <> 'closed' OR change_alert.verdict <> was.verdict THEN NULL ELSE was.verdict_reason END,
    'assignee', CASE WHEN change_alert.assignee IS NULL THEN was.assignee ELSE nullif(change_alert.assignee, '') END,
    'labels', to_jsonb(coalesce(was.labels, '{}'))), change_alert.note);
END $$;

-- Another text for a note of one's own, or its end (null). SQLSTATE P0002: no such note; 42501: it is somebody else's; 40001: it has another revision.
CREATE FUNCTION api.edit_note(actor text, note_id bigint, expected_revision integer, new_text text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was goshawk.alert_note;
BEGIN
  SELECT * INTO was FROM goshawk.alert_note n WHERE n.id = edit_note.note_id AND n.organization = api.organization() AND n.removed_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such note' USING ERRCODE = 'no_data_found';
  ELSIF was."by" <> actor THEN
    RAISE EXCEPTION 'The note is of somebody else' USING ERRCODE = 'insufficient_privilege';
  ELSIF expected_revision <> was.revision THEN
    RAISE EXCEPTION 'The note has another revision' USING ERRCODE = 'serialization_failure';
  END IF;
  INSERT INTO goshawk.alert_note_version (note_id, revision, organization, at, text) VALUES (was.id, was.revision, was.organization, coalesce(was.edited_at, was.at), was.text);
  UPDATE goshawk.alert_note n SET text = coalesce(new_text, n.text), revision = n.revision + 1, edited_at = now(), removed_at = CASE WHEN new_text IS NULL THEN now() END WHERE n.id = was.id;
  UPDATE goshawk.alert a SET changed_at = now() WHERE a.id = was.alert_id;
  PERFORM goshawk.append_audit(was.organization, actor, CASE WHEN new_text IS NULL THEN 'alert.note-remove' ELSE 'alert.note-edit' END, encode(was.alert_id, 'hex'),
    jsonb_strip_nulls(jsonb_build_object('noteId', was.id, 'before', was.text, 'note', new_text)));
  PERFORM pg_notify('goshawk_alert', (SELECT jsonb_build_object('organization', a.organization, 'id', encode(a.id, 'hex'), 'revision', a.revision)::text
    FROM goshawk.alert a WHERE a.id = was.alert_id));
END $$;

-- A search with a name, for oneself or for all of the organization; of alerts it is a view of the queue.
CREATE TABLE goshawk.saved_search (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization text        NOT NULL REFERENCES goshawk.organization,
  owner        text        NOT NULL,
  kind         text        NOT NULL CHECK (kind IN ('events', 'alerts')),
  name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  query        text        NOT NULL CHECK (length(query) <= 2000),
  columns      text[]      NOT NULL CHECK (cardinality(columns) <= 30),
  range_from   text,                                   -- a time, or `now-7d`; null: as the reader has it
  range_to     text,
  filter       jsonb       NOT NULL,                   -- {statuses, minSeverity, sort} of a view of alerts
  is_shared    boolean     NOT NULL,
  revision     integer     NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT now(),
  changed_at   timestamptz NOT NULL DEFAULT now(),
  changed_by   text        NOT NULL
);
CREATE UNIQUE INDEX saved_search_name ON goshawk.saved_search (organization, owner, kind, lower(name));
CREATE VIEW api.saved_search WITH (security_barrier) AS
  SELECT * FROM goshawk.saved_search WHERE organization = (SELECT api.organization());

-- Without an id: a new one. `any_owner`: whoever asks may change what others share.
-- SQLSTATE 23505: the name is taken; P0002: there is none that the actor may change; 40001: it has another revision; 54000: the actor has too many.
CREATE FUNCTION api.put_saved_search(actor text, search_id uuid, expected_revision integer, any_owner boolean, content jsonb) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was    goshawk.saved_search;
  new_id uuid := coalesce(search_id, gen_random_uuid());
BEGIN
  IF search_id IS NULL THEN
    IF (SELECT count(*) FROM goshawk.saved_search s WHERE s.organization = api.organization() AND s.owner = actor) >= 200 THEN
      RAISE EXCEPTION 'Too many saved searches' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    INSERT INTO goshawk.saved_search (id, organization, owner, kind, name, query, columns, range_from, range_to, filter, is_shared, changed_by)
      VALUES (new_id, api.organization(), actor, content->>'kind', content->>'name', content->>'query', ARRAY(SELECT jsonb_array_elements_text(content->'columns')),
        content->>'from', content->>'to', content->'filter', (content->>'isShared')::boolean, actor);
  ELSE
    SELECT * INTO was FROM goshawk.saved_search s
      WHERE s.id = search_id AND s.organization = api.organization() AND (s.owner = actor OR s.is_shared AND any_owner) FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'No such saved search' USING ERRCODE = 'no_data_found';
    ELSIF expected_revision <> was.revision THEN
      RAISE EXCEPTION 'The saved search has another revision' USING ERRCODE = 'serialization_failure';
    END IF;
    UPDATE goshawk.saved_search s SET name = content->>'name', query = content->>'query', columns = ARRAY(SELECT jsonb_array_elements_text(content->'columns')),
      range_from = content->>'from', range_to = content->>'to', filter = content->'filter', is_shared = (content->>'isShared')::boolean,
      revision = s.revision + 1, changed_at = now(), changed_by = actor WHERE s.id = search_id;
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'saved-search.put', new_id::text, content);
  RETURN new_id;
END $$;

CREATE FUNCTION api.delete_saved_search(actor text, search_id uuid, any_owner boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was goshawk.saved_search;
BEGIN
  DELETE FROM goshawk.saved_search s WHERE s.id = search_id AND s.organization = api.organization() AND (s.owner = actor OR s.is_shared AND any_owner) RETURNING * INTO was;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'No such saved search' USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM goshawk.append_audit(api.organization(), actor, 'saved-search.delete', search_id::text, jsonb_build_object('name', was.name, 'kind', was.kind, 'query', was.query, 'owner', was.owner));
END $$;

REVOKE ALL ON FUNCTION api.hold_alerts(bytea[]), goshawk.publish_decision(bytea), goshawk.write_work(uuid, text, bytea, jsonb, text), api.change_alerts(text, jsonb, text, uuid),
  api.edit_note(text, bigint, integer, text), api.put_saved_search(text, uuid, integer, boolean, jsonb), api.delete_saved_search(text, uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.hold_alerts(bytea[]), api.change_alerts(text, jsonb, text, uuid), api.edit_note(text, bigint, integer, text),
  api.put_saved_search(text, uuid, integer, boolean, jsonb), api.delete_saved_search(text, uuid, boolean) TO goshawk_api;
GRANT SELECT ON api.alert_note_version, api.alert_change, api.alert_change_part, api.saved_search TO goshawk_api;
