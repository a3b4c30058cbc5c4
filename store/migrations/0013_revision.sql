-- 0013: what late events changed. A finding of a correlation may be revised: a later revision takes the place of the row.
ALTER TABLE goshawk.finding ADD COLUMN revision integer NOT NULL DEFAULT 1;
ALTER TABLE goshawk.finding ADD COLUMN revisable jsonb;                   -- {revision, settlesAt, isWithdrawn, change: {code, event, before, after}}; null where nothing changes it
ALTER TABLE goshawk.alert ADD COLUMN changes jsonb NOT NULL DEFAULT '[]'; -- [{revision, findingId, ruleId, change}], oldest first
GRANT UPDATE ON goshawk.finding TO goshawk_stages;

-- A view keeps the columns that its table had when it was made; new ones stand at its end.
CREATE OR REPLACE VIEW api.finding WITH (security_barrier) AS
  SELECT * FROM goshawk.finding WHERE organization = (SELECT api.organization());
CREATE OR REPLACE VIEW api.finding_newest WITH (security_barrier) AS
  SELECT * FROM goshawk.finding WHERE organization = (SELECT api.organization()) ORDER BY event_time DESC, id DESC;

CREATE OR REPLACE VIEW api.alert WITH (security_barrier) AS
  SELECT a.id, a.organization, a.revision, a.event_time, a.last_time, a.title, a.severity, a.group_key, a.score, a.rule_ids, a.tags, a.entities, a.findings,
    a.finding_count, a.events, a.event_count, a.reason, a.stored_at, a.opened_at, a.changed_at, coalesce(w.status, 'open') AS status, w.verdict, w.assignee,
    w.changed_at AS work_changed_at, w.changed_by AS work_changed_by, a.changes
  FROM goshawk.alert a LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id
  WHERE a.organization = (SELECT api.organization());
CREATE OR REPLACE VIEW api.alert_newest WITH (security_barrier) AS
  SELECT a.id, a.organization, a.revision, a.event_time, a.last_time, a.title, a.severity, a.group_key, a.score, a.rule_ids, a.tags, a.entities, a.findings,
    a.finding_count, a.events, a.event_count, a.reason, a.stored_at, a.opened_at, a.changed_at, coalesce(w.status, 'open') AS status, w.verdict, w.assignee,
    w.changed_at AS work_changed_at, w.changed_by AS work_changed_by, a.changes
  FROM goshawk.alert a LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id
  WHERE a.organization = (SELECT api.organization()) ORDER BY a.changed_at DESC, a.id DESC;
