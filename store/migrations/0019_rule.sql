-- 0019: rules as data. What runs is a numbered set: each change of rules makes the next number, and takes effect as a whole. A row is one
-- version of one rule; it begins with its set and ends with the next row of the rule. Organization '' stands for all: rules of files,
-- which only the relay writes. A row without a text gives a rule of all another state in one organization.
CREATE TABLE goshawk.rule_set (
  number       bigint      PRIMARY KEY,
  organization text        NOT NULL,                   -- whose rules changed; '' = those of files
  made_at      timestamptz NOT NULL DEFAULT now(),
  made_by      text        NOT NULL
);
CREATE TABLE goshawk.rule (
  organization text        NOT NULL,
  id           text        NOT NULL CHECK (length(id) BETWEEN 1 AND 200),   -- Sigma id, else name
  set_number   bigint      NOT NULL REFERENCES goshawk.rule_set,
  version      integer     NOT NULL,                   -- 1, 2, ... of this rule in this organization
  state        text        NOT NULL CHECK (state IN ('draft', 'test', 'production', 'retired')),
  kind         text        NOT NULL CHECK (kind IN ('rule', 'correlation', 'filter')),
  title        text        NOT NULL,
  level        smallint    NOT NULL CHECK (level BETWEEN 0 AND 4),
  tags         text[]      NOT NULL,
  head         jsonb       NOT NULL,                   -- {description, author, license, references, falsepositives, logsource, sigmaStatus}
  hash         text        NOT NULL,                   -- of the document: findings carry it as the rule's version
  text         text        CHECK (length(text) <= 1000000),
  file         text,                                   -- null: written through the API
  is_current   boolean     NOT NULL DEFAULT true,
  written_at   timestamptz NOT NULL DEFAULT now(),
  written_by   text        NOT NULL,
  PRIMARY KEY (organization, id, set_number)
);
CREATE UNIQUE INDEX rule_current ON goshawk.rule (organization, id) WHERE is_current;
-- Documents in files that do not run, as the last reading of the files left them.
CREATE TABLE goshawk.rule_refusal (
  file     text    NOT NULL,
  document integer NOT NULL,
  line     integer NOT NULL,
  title    text,
  reason   text    NOT NULL
);

-- What an organization runs: its own rules, and those of all in the state that it gave them.
CREATE VIEW api.rule WITH (security_barrier) AS
  SELECT (SELECT api.organization()) AS organization, r.id, greatest(r.set_number, o.set_number) AS set_number, r.version + coalesce(o.version, 0) AS version,
    CASE WHEN r.state = 'retired' THEN 'retired' ELSE coalesce(o.state, r.state) END AS state, r.kind, r.title, r.level, r.tags, r.head, r.hash, r.text, r.file,
    CASE WHEN o.set_number > r.set_number THEN o.written_at ELSE r.written_at END AS written_at,
    CASE WHEN o.set_number > r.set_number THEN o.written_by ELSE r.written_by END AS written_by
  FROM goshawk.rule r LEFT JOIN goshawk.rule o ON o.organization = (SELECT api.organization()) AND o.id = r.id AND o.is_current AND o.text IS NULL
  WHERE r.organization = '' AND r.is_current
    AND NOT EXISTS (SELECT FROM goshawk.rule own WHERE own.organization = (SELECT api.organization()) AND own.id = r.id AND own.is_current AND own.text IS NOT NULL)
  UNION ALL
  SELECT r.organization, r.id, r.set_number, r.version, r.state, r.kind, r.title, r.level, r.tags, r.head, r.hash, r.text, r.file, r.written_at, r.written_by
  FROM goshawk.rule r WHERE r.organization = (SELECT api.organization()) AND r.is_current AND r.text IS NOT NULL;
CREATE VIEW api.rule_version WITH (security_barrier) AS
  SELECT (SELECT api.organization()) AS organization, r.id, r.set_number, r.version, r.state, r.hash, r.title, r.text, r.written_at, r.written_by
  FROM goshawk.rule r WHERE r.organization IN ('', (SELECT api.organization()));
CREATE VIEW api.rule_refusal AS SELECT * FROM goshawk.rule_refusal; -- of files, which all share
CREATE VIEW api.current_rule_set AS SELECT coalesce(max(number), 0) AS number FROM goshawk.rule_set;

-- Sets are made one after another, until the end of the transaction: so all rows of one are in the outbox before those of the next.
CREATE FUNCTION goshawk.open_rule_set(p_organization text, p_actor text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  next_number bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('rule set', 0));
  SELECT coalesce(max(s.number), 0) + 1 INTO next_number FROM goshawk.rule_set s;
  INSERT INTO goshawk.rule_set (number, organization, made_by) VALUES (next_number, p_organization, p_actor);
  RETURN next_number;
END $$;

-- A version of a rule, with its row for the topic; valid from the number of its set.
CREATE FUNCTION goshawk.add_rule(p_organization text, p_set bigint, p_id text, p_state text, p_document jsonb, p_file text, p_actor text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  next_version integer;
  outbox_id    bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
BEGIN
  SELECT coalesce(max(r.version), 0) + 1 INTO next_version FROM goshawk.rule r WHERE r.organization = p_organization AND r.id = p_id;
  UPDATE goshawk.rule r SET is_current = false WHERE r.organization = p_organization AND r.id = p_id AND r.is_current;
  INSERT INTO goshawk.rule (organization, id, set_number, version, state, kind, title, level, tags, head, hash, text, file, written_by)
    VALUES (p_organization, p_id, p_set, next_version, p_state, p_document->>'kind', p_document->>'title', (p_document->>'level')::smallint,
      ARRAY(SELECT jsonb_array_elements_text(p_document->'tags')), p_document->'head', p_document->>'hash', p_document->>'text', p_file, p_actor);
  INSERT INTO goshawk.outbox (id, topic, key, payload) VALUES (outbox_id, 'ref.rules.v1', p_organization || '/' || p_id || '|' || p_set, jsonb_build_object(
    'id', p_organization || '/' || p_id, 'organization', p_organization, 'validFrom', p_set, 'writtenAt', api.micros(now()), 'version', outbox_id,
    'ruleId', p_id, 'state', p_state, 'text', CASE WHEN p_state = 'retired' THEN NULL ELSE p_document->>'text' END, 'file', p_file, 'writtenBy', p_actor));
  RETURN next_version;
END $$;

-- The last row of a set: from its activation on the set runs.
CREATE FUNCTION goshawk.close_rule_set(p_set bigint, p_organization text, p_actor text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  outbox_id bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
BEGIN
  INSERT INTO goshawk.outbox (id, topic, key, payload) VALUES (outbox_id, 'ref.rules.v1', '@set|' || p_set, jsonb_build_object(
    'id', '@set', 'organization', p_organization, 'validFrom', p_set, 'writtenAt', api.micros(now()), 'version', outbox_id,
    'ruleId', '@set', 'state', 'production', 'text', NULL, 'file', NULL, 'writtenBy', p_actor));
END $$;

-- A rule of the organization, new or changed. `expected_version`: 0 = there must be none, null = whatever there is.
-- SQLSTATE 23505: the id is taken; 40001: it has another version.
CREATE FUNCTION api.put_rule(actor text, rule_id text, state text, document jsonb, expected_version integer) RETURNS TABLE (set_number bigint, version integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  before integer;
BEGIN
  set_number := goshawk.open_rule_set(api.organization(), actor);
  IF EXISTS (SELECT FROM goshawk.rule r WHERE r.organization = '' AND r.id = rule_id AND r.is_current AND r.state <> 'retired') THEN
    RAISE EXCEPTION 'The id is that of a rule of all' USING ERRCODE = 'unique_violation';
  END IF;
  SELECT r.version INTO before FROM goshawk.rule r WHERE r.organization = api.organization() AND r.id = rule_id AND r.is_current AND r.text IS NOT NULL AND r.state <> 'retired';
  IF expected_version = 0 AND before IS NOT NULL THEN
    RAISE EXCEPTION 'The id is taken' USING ERRCODE = 'unique_violation';
  ELSIF expected_version <> 0 AND before IS DISTINCT FROM expected_version THEN
    RAISE EXCEPTION 'Another version' USING ERRCODE = 'serialization_failure';
  ELSIF expected_version IS NULL AND before IS NULL THEN
    RAISE EXCEPTION 'No such rule' USING ERRCODE = 'no_data_found';
  END IF;
  version := goshawk.add_rule(api.organization(), set_number, rule_id, state, document, NULL, actor);
  PERFORM goshawk.close_rule_set(set_number, api.organization(), actor);
  PERFORM goshawk.append_audit(api.organization(), actor, 'rule.put', rule_id,
    jsonb_build_object('title', document->>'title', 'state', state, 'version', version, 'set', set_number, 'hash', document->>'hash'));
  RETURN NEXT;
END $$;

-- Another state of a rule of the organization, or of a rule of all for the organization alone. Retired = it does not run any more.
-- SQLSTATE P0002: no such rule; 40001: it has another version.
CREATE FUNCTION api.set_rule_state(actor text, rule_id text, state text, expected_version integer) RETURNS TABLE (set_number bigint, version integer)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  before goshawk.rule;
  shown  api.rule;
BEGIN
  set_number := goshawk.open_rule_set(api.organization(), actor);
  SELECT * INTO shown FROM api.rule r WHERE r.id = rule_id;
  IF NOT FOUND OR (shown.state = 'retired' AND state = 'retired') THEN
    RAISE EXCEPTION 'No such rule' USING ERRCODE = 'no_data_found';
  ELSIF expected_version <> shown.version THEN
    RAISE EXCEPTION 'Another version' USING ERRCODE = 'serialization_failure';
  END IF;
  SELECT * INTO before FROM goshawk.rule r WHERE r.id = rule_id AND r.is_current AND r.text IS NOT NULL AND r.organization IN ('', api.organization()) ORDER BY r.organization DESC LIMIT 1;
  PERFORM goshawk.add_rule(api.organization(), set_number, rule_id, state, to_jsonb(before) || CASE before.organization WHEN '' THEN '{"text": null}' ELSE '{}' END::jsonb, before.file, actor);
  SELECT r.version INTO version FROM api.rule r WHERE r.id = rule_id;
  PERFORM goshawk.close_rule_set(set_number, api.organization(), actor);
  PERFORM goshawk.append_audit(api.organization(), actor, CASE state WHEN 'retired' THEN 'rule.retire' ELSE 'rule.state' END, rule_id,
    jsonb_build_object('state', state, 'before', shown.state, 'version', version, 'set', set_number));
  RETURN NEXT;
END $$;

-- Rules of files as they are now: [{id, state, file, kind, title, level, tags, head, hash, text}]. What did not change keeps its version.
-- Returns the set that this made; null when nothing changed.
CREATE FUNCTION goshawk.sync_rules(p_rules jsonb, p_refusals jsonb, p_actor text) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  new_set bigint;
  r       record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('rule set', 0));
  DELETE FROM goshawk.rule_refusal;
  INSERT INTO goshawk.rule_refusal (file, document, line, title, reason)
    SELECT x.file, x.document, x.line, x.title, x.reason FROM jsonb_to_recordset(p_refusals) AS x (file text, document integer, line integer, title text, reason text);
  FOR r IN
    WITH given AS (SELECT x->>'id' AS id, x->>'state' AS state, x->>'hash' AS hash, x->>'text' AS text, x->>'file' AS file, x AS document FROM jsonb_array_elements(p_rules) x),
    there AS (SELECT * FROM goshawk.rule t WHERE t.organization = '' AND t.is_current)
    SELECT coalesce(g.id, t.id) AS id, coalesce(g.state, 'retired') AS state, coalesce(g.document, to_jsonb(t)) AS document, coalesce(g.file, t.file) AS file
    FROM given g FULL JOIN there t ON t.id = g.id
    WHERE (g.id IS NULL AND t.state <> 'retired') OR (g.id IS NOT NULL AND (t.id IS NULL OR (t.state, t.text, t.file) IS DISTINCT FROM (g.state, g.text, g.file)))
    ORDER BY 1
  LOOP
    new_set := coalesce(new_set, goshawk.open_rule_set('', p_actor));
    PERFORM goshawk.add_rule('', new_set, r.id, r.state, r.document, r.file, p_actor);
  END LOOP;
  IF new_set IS NOT NULL THEN
    PERFORM goshawk.close_rule_set(new_set, '', p_actor);
  END IF;
  RETURN new_set;
END $$;

REVOKE ALL ON FUNCTION goshawk.open_rule_set(text, text), goshawk.add_rule(text, bigint, text, text, jsonb, text, text), goshawk.close_rule_set(bigint, text, text),
  goshawk.sync_rules(jsonb, jsonb, text), api.put_rule(text, text, text, jsonb, integer), api.set_rule_state(text, text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.put_rule(text, text, text, jsonb, integer), api.set_rule_state(text, text, text, integer) TO goshawk_api;
GRANT EXECUTE ON FUNCTION goshawk.sync_rules(jsonb, jsonb, text) TO goshawk_stages;
GRANT SELECT ON api.rule, api.rule_version, api.rule_refusal, api.current_rule_set TO goshawk_api;
