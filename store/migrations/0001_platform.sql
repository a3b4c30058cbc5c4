-- 0001: who uses the installation, and what they did.
-- Base tables live in schema goshawk. The API's role reads and writes through schema api only (0006, 0007).
CREATE SCHEMA api;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- One row. The id is part of every event id, so a backup must carry it.
CREATE TABLE goshawk.installation (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT now(),
  only_one   boolean     NOT NULL DEFAULT true UNIQUE CHECK (only_one)
);
INSERT INTO goshawk.installation DEFAULT VALUES;

CREATE TABLE goshawk.organization (
  id         text        PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'), -- part of topic names
  name       text        NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO goshawk.organization (id, name) VALUES ('default', 'Default');

CREATE TABLE goshawk.app_user (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  organization  text        NOT NULL REFERENCES goshawk.organization,
  name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  password_hash text        NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  roles         text[]      NOT NULL CHECK (roles <@ ARRAY['platform_admin', 'admin', 'analyst', 'responder', 'engineer', 'auditor', 'viewer', 'sensor']),
  created_at    timestamptz NOT NULL DEFAULT now(),
  password_at   timestamptz NOT NULL DEFAULT now(),
  disabled_at   timestamptz
);
CREATE UNIQUE INDEX app_user_name ON goshawk.app_user (organization, lower(name));

-- Each row's hash covers the row and the hash before it, so nothing can be taken out or changed unseen.
CREATE TABLE goshawk.audit (
  organization  text        NOT NULL REFERENCES goshawk.organization,
  seq           bigint      NOT NULL,
  at            timestamptz NOT NULL,
  actor         text        NOT NULL,
  action        text        NOT NULL, -- <noun>.<verb>, for example alert.change
  object        text        NOT NULL,
  detail        jsonb       NOT NULL,
  previous_hash bytea       NOT NULL,
  hash          bytea       NOT NULL,
  PRIMARY KEY (organization, seq)
);
-- The row that writers of one organization queue on.
CREATE TABLE goshawk.audit_head (
  organization text   PRIMARY KEY REFERENCES goshawk.organization,
  seq          bigint NOT NULL,
  hash         bytea  NOT NULL
);

-- Microseconds since 1970 UTC, exact: what Avro and the public ids hold. A JavaScript Date would lose the last three digits.
CREATE FUNCTION api.micros(at timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (extract(epoch FROM at) * 1000000)::bigint;
CREATE FUNCTION api.from_micros(micros bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN timestamptz '1970-01-01 00:00:00+00' + micros * interval '1 microsecond';

-- What a row of the chain hashes; jsonb has one text form only.
CREATE FUNCTION goshawk.audit_hash(previous bytea, organization text, seq bigint, at timestamptz, actor text, action text, object text, detail jsonb)
  RETURNS bytea LANGUAGE sql STABLE
  RETURN sha256(previous || convert_to(jsonb_build_array(organization, seq, api.micros(at), actor, action, object, detail)::text, 'UTF8'));

CREATE FUNCTION goshawk.append_audit(p_organization text, p_actor text, p_action text, p_object text, p_detail jsonb)
  RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  head goshawk.audit_head;
  at   timestamptz;
  next bytea;
BEGIN
  INSERT INTO goshawk.audit_head VALUES (p_organization, 0, sha256(convert_to(p_organization, 'UTF8'))) ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT head FROM goshawk.audit_head WHERE organization = p_organization FOR UPDATE;
  at := clock_timestamp(); -- after the lock: times do not run backwards along the chain
  next := goshawk.audit_hash(head.hash, p_organization, head.seq + 1, at, p_actor, p_action, p_object, coalesce(p_detail, '{}'));
  INSERT INTO goshawk.audit VALUES (p_organization, head.seq + 1, at, p_actor, p_action, p_object, coalesce(p_detail, '{}'), head.hash, next);
  UPDATE goshawk.audit_head SET seq = head.seq + 1, hash = next WHERE organization = p_organization;
  RETURN head.seq + 1;
END $$;

-- First row of an organization that does not fit its predecessor, or null when the chain holds up to its head.
CREATE FUNCTION goshawk.first_broken_audit(p_organization text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(broken) FROM (
    SELECT CASE WHEN a.seq <> row_number() OVER w
                  OR a.previous_hash <> coalesce(lag(a.hash) OVER w, sha256(convert_to(p_organization, 'UTF8')))
                  OR a.hash <> goshawk.audit_hash(a.previous_hash, a.organization, a.seq, a.at, a.actor, a.action, a.object, a.detail)
                THEN a.seq END AS broken
    FROM goshawk.audit a WHERE a.organization = p_organization WINDOW w AS (ORDER BY a.seq)
    UNION ALL
    SELECT h.seq FROM goshawk.audit_head h
    WHERE h.organization = p_organization AND h.seq > 0
      AND NOT EXISTS (SELECT FROM goshawk.audit a WHERE a.organization = h.organization AND a.seq = h.seq AND a.hash = h.hash)
  ) rows;
$$;
