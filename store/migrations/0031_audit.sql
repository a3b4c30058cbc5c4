-- 0031: the audit's chain outside the database: heads that were published, and what verification and export read. Rows are kept for good
-- and never changed: there is no statement of ours that does either.
CREATE TABLE goshawk.audit_published (
  organization text        NOT NULL REFERENCES goshawk.organization,
  seq          bigint      NOT NULL,
  at           timestamptz NOT NULL,
  jws          text        NOT NULL, -- the signed head, as on the topic and in the file
  PRIMARY KEY (organization, seq)
);
CREATE INDEX audit_actor ON goshawk.audit (organization, actor, seq);
CREATE INDEX audit_action ON goshawk.audit (organization, action text_pattern_ops, seq);
CREATE INDEX IF NOT EXISTS audit_object ON goshawk.audit (organization, object, seq);
CREATE INDEX audit_at ON goshawk.audit (organization, at, seq);

-- `hashed` is what the row's hash covers, besides the hash before it: sha256(previous_hash || hashed).
CREATE VIEW api.audit_entry WITH (security_barrier) AS
  SELECT organization, seq, api.micros(at) AS at, actor, action, object, detail, previous_hash, hash,
         jsonb_build_array(organization, seq, api.micros(at), actor, action, object, detail)::text AS hashed
  FROM goshawk.audit WHERE organization = (SELECT api.organization());
CREATE VIEW api.audit_head WITH (security_barrier) AS
  SELECT h.organization, h.seq, h.hash, (SELECT max(p.at) FROM goshawk.audit_published p WHERE p.organization = h.organization) AS published_at,
         (SELECT max(p.seq) FROM goshawk.audit_published p WHERE p.organization = h.organization) AS published_seq
  FROM goshawk.audit_head h WHERE h.organization = (SELECT api.organization());

-- A head that grew since it was last published, with the one published before it.
CREATE FUNCTION goshawk.unpublished_audit_heads()
  RETURNS TABLE (organization text, seq bigint, hash bytea, previous_seq bigint, previous_jws text)
  LANGUAGE sql STABLE AS $$
  SELECT h.organization, h.seq, h.hash, p.seq, p.jws
  FROM goshawk.audit_head h
  LEFT JOIN LATERAL (SELECT x.seq, x.jws FROM goshawk.audit_published x WHERE x.organization = h.organization ORDER BY x.seq DESC LIMIT 1) p ON true
  WHERE h.seq > coalesce(p.seq, 0) ORDER BY h.organization;
$$;
CREATE FUNCTION goshawk.publish_audit_head(p_organization text, p_seq bigint, p_hash bytea, p_at timestamptz, p_jws text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO goshawk.audit_published VALUES (p_organization, p_seq, p_at, p_jws);
  INSERT INTO goshawk.outbox (topic, key, payload) VALUES ('audit.heads.v1', p_organization || '|' || p_seq,
    jsonb_build_object('organization', p_organization, 'seq', p_seq, 'hash', encode(p_hash, 'hex'), 'at', api.micros(p_at), 'jws', p_jws));
END $$;

REVOKE ALL ON FUNCTION goshawk.unpublished_audit_heads(), goshawk.publish_audit_head(text, bigint, bytea, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION goshawk.unpublished_audit_heads(), goshawk.publish_audit_head(text, bigint, bytea, timestamptz, text) TO goshawk_stages;
GRANT SELECT ON goshawk.audit_head TO goshawk_stages;
GRANT SELECT, INSERT ON goshawk.audit_published TO goshawk_stages;
GRANT SELECT ON api.audit_entry, api.audit_head TO goshawk_api;
