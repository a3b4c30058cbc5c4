-- 0006: what the API's role may read. Views run with the rights of their owner, show one organization, and are security
-- barriers: a condition of the reader that could leak (LIKE, a function of theirs) runs only on rows that passed.
-- After SET LOCAL has ended, the setting is an empty string instead of unset: that must be an error as well.
CREATE FUNCTION api.organization() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  organization text := current_setting('goshawk.organization', true);
BEGIN
  IF organization IS NULL OR organization = '' THEN
    RAISE EXCEPTION 'goshawk.organization is not set' USING ERRCODE = 'insufficient_privilege', HINT = 'SET LOCAL goshawk.organization in the transaction.';
  END IF;
  RETURN organization;
END $$;

CREATE VIEW api.installation AS SELECT id, created_at FROM goshawk.installation;

-- The sub-select is evaluated once per query, not per row.
CREATE VIEW api.organization_info WITH (security_barrier) AS
  SELECT id, name, created_at FROM goshawk.organization WHERE id = (SELECT api.organization());

CREATE VIEW api.app_user WITH (security_barrier) AS
  SELECT id, organization, name, roles, created_at, password_at, disabled_at FROM goshawk.app_user WHERE organization = (SELECT api.organization());

CREATE VIEW api.audit WITH (security_barrier) AS
  SELECT * FROM goshawk.audit WHERE organization = (SELECT api.organization());

CREATE VIEW api.event WITH (security_barrier) AS
  SELECT * FROM goshawk.event WHERE organization = (SELECT api.organization());

CREATE VIEW api.event_count WITH (security_barrier) AS
  SELECT minute, organization, dataset, sensor, severity, events FROM goshawk.event_count WHERE organization = (SELECT api.organization());

CREATE VIEW api.finding WITH (security_barrier) AS
  SELECT * FROM goshawk.finding WHERE organization = (SELECT api.organization());

CREATE VIEW api.alert WITH (security_barrier) AS
  SELECT a.*, coalesce(w.status, 'open') AS status, w.verdict, w.assignee, w.changed_at AS work_changed_at, w.changed_by AS work_changed_by
  FROM goshawk.alert a LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id
  WHERE a.organization = (SELECT api.organization());

CREATE VIEW api.alert_note WITH (security_barrier) AS
  SELECT * FROM goshawk.alert_note WHERE organization = (SELECT api.organization());

CREATE VIEW api.evidence WITH (security_barrier) AS
  SELECT * FROM goshawk.evidence WHERE organization = (SELECT api.organization());

CREATE VIEW api.feature WITH (security_barrier) AS
  SELECT * FROM goshawk.feature WHERE organization = (SELECT api.organization());

CREATE VIEW api.asset WITH (security_barrier) AS
  SELECT * FROM goshawk.asset WHERE organization = (SELECT api.organization());

CREATE VIEW api.zone WITH (security_barrier) AS
  SELECT * FROM goshawk.zone WHERE organization = (SELECT api.organization());

-- Counts of the installation as a whole; no value of any record. For the pipeline page.
CREATE VIEW api.stage_ledger AS SELECT * FROM goshawk.stage_ledger;
CREATE VIEW api.stage_offset AS SELECT * FROM goshawk.stage_offset;
CREATE VIEW api.outbox_state AS
  SELECT (SELECT count(*) FROM goshawk.outbox WHERE sent_at IS NULL) AS unsent_references,
         (SELECT count(*) FROM goshawk.outbox WHERE failure IS NOT NULL) AS failed_references,
         (SELECT count(*) FROM goshawk.dead_letter_outbox WHERE sent_at IS NULL) AS unsent_dead_letters;

-- For pages. A security barrier keeps the reader's ORDER BY and LIMIT from reaching an index, unless the view has the same order:
-- then ORDER BY event_time DESC, id DESC LIMIT n reads n rows instead of sorting all of the range. For counting use the views above.
CREATE VIEW api.event_newest WITH (security_barrier) AS
  SELECT * FROM goshawk.event WHERE organization = (SELECT api.organization()) ORDER BY event_time DESC, id DESC;

CREATE VIEW api.finding_newest WITH (security_barrier) AS
  SELECT * FROM goshawk.finding WHERE organization = (SELECT api.organization()) ORDER BY event_time DESC, id DESC;

CREATE VIEW api.alert_newest WITH (security_barrier) AS
  SELECT a.*, coalesce(w.status, 'open') AS status, w.verdict, w.assignee, w.changed_at AS work_changed_at, w.changed_by AS work_changed_by
  FROM goshawk.alert a LEFT JOIN goshawk.alert_work w ON w.alert_id = a.id
  WHERE a.organization = (SELECT api.organization()) ORDER BY a.changed_at DESC, a.id DESC;
