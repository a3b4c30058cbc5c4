-- 0037: why something was found is told from the rules as they were: a version says what kind of document it is, what it is called and refers to, and
-- whose it is. And the notifications of single alerts and findings go: whoever follows changes listens to goshawk_live (0030), which misses none.
CREATE OR REPLACE VIEW api.rule_version WITH (security_barrier) AS
  SELECT (SELECT api.organization()) AS organization, r.id, r.set_number, r.version, r.state, r.hash, r.title, r.text, r.written_at, r.written_by,
    r.kind, r.head, r.organization <> '' AS is_own
  FROM goshawk.rule r WHERE r.organization IN ('', (SELECT api.organization()));

DO $$
DECLARE
  changed regprocedure;
BEGIN
  FOR changed IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace IN ('api'::regnamespace, 'goshawk'::regnamespace) AND p.prosrc LIKE '%pg_notify(''goshawk\_alert''%' LOOP
    EXECUTE regexp_replace(pg_get_functiondef(changed), '\s+PERFORM pg_notify\(''goshawk_alert''[^;]*;', '');
  END LOOP;
END $$;
