-- 0026: idempotency keys, quotas.
-- Answers to requests that carried an Idempotency-Key. Of the key there is only a hash here, and the answer is sealed under the key itself: whoever reads
-- the table or its backup finds no credential that an enrolment was answered with.
CREATE TABLE goshawk.idempotency (
  organization  text        NOT NULL REFERENCES goshawk.organization,
  key_hash      bytea       NOT NULL CHECK (length(key_hash) = 32),     -- of caller, route and key
  request_hash  bytea       NOT NULL CHECK (length(request_hash) = 32), -- of address and body
  claim         uuid        NOT NULL,                                   -- of the request that works on it
  claimed_until timestamptz NOT NULL,                                   -- then whoever does is taken for dead
  answer        bytea       CHECK (length(answer) <= 2000000),          -- null: being worked on
  expires_at    timestamptz NOT NULL,
  PRIMARY KEY (organization, key_hash)
);
CREATE INDEX idempotency_expiry ON goshawk.idempotency (expires_at);

-- outcome: claimed (do it, then keep or release), answered, in_progress, reused (the key came with another request).
CREATE FUNCTION api.claim_idempotency(p_key_hash bytea, p_request_hash bytea, lease_seconds integer, life_seconds integer)
  RETURNS TABLE (outcome text, claim uuid, answer bytea)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  found_row goshawk.idempotency;
  mine      uuid := gen_random_uuid();
BEGIN
  -- A few at a time: each request clears away more than it adds, and none waits for another's.
  DELETE FROM goshawk.idempotency i WHERE (i.organization, i.key_hash) IN
    (SELECT e.organization, e.key_hash FROM goshawk.idempotency e WHERE e.expires_at < now() ORDER BY e.expires_at LIMIT 5 FOR UPDATE SKIP LOCKED);
  LOOP
    INSERT INTO goshawk.idempotency AS i (organization, key_hash, request_hash, claim, claimed_until, expires_at)
      VALUES (api.organization(), p_key_hash, p_request_hash, mine, clock_timestamp() + make_interval(secs => lease_seconds), clock_timestamp() + make_interval(secs => life_seconds))
      ON CONFLICT ON CONSTRAINT idempotency_pkey DO NOTHING;
    IF FOUND THEN
      RETURN QUERY SELECT 'claimed', mine, NULL::bytea;
      RETURN;
    END IF;
    SELECT i.* INTO found_row FROM goshawk.idempotency i WHERE i.organization = api.organization() AND i.key_hash = p_key_hash FOR UPDATE;
    EXIT WHEN FOUND; -- else it was released in between
  END LOOP;
  IF found_row.expires_at <= clock_timestamp() OR (found_row.answer IS NULL AND found_row.claimed_until <= clock_timestamp()) THEN
    UPDATE goshawk.idempotency i SET request_hash = p_request_hash, claim = mine, answer = NULL, claimed_until = clock_timestamp() + make_interval(secs => lease_seconds),
      expires_at = clock_timestamp() + make_interval(secs => life_seconds) WHERE i.organization = found_row.organization AND i.key_hash = found_row.key_hash;
    RETURN QUERY SELECT 'claimed', mine, NULL::bytea;
  ELSIF found_row.request_hash <> p_request_hash THEN
    RETURN QUERY SELECT 'reused', NULL::uuid, NULL::bytea;
  ELSIF found_row.answer IS NULL THEN
    RETURN QUERY SELECT 'in_progress', NULL::uuid, NULL::bytea;
  ELSE
    RETURN QUERY SELECT 'answered', NULL::uuid, found_row.answer;
  END IF;
END $$;

-- Of a claim that somebody else has taken over since nothing is kept, and nothing released.
CREATE FUNCTION api.keep_answer(p_key_hash bytea, p_claim uuid, p_answer bytea) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE goshawk.idempotency SET answer = p_answer WHERE organization = api.organization() AND key_hash = p_key_hash AND claim = p_claim;
$$;
CREATE FUNCTION api.release_idempotency(p_key_hash bytea, p_claim uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM goshawk.idempotency WHERE organization = api.organization() AND key_hash = p_key_hash AND claim = p_claim AND answer IS NULL;
$$;

-- What an organization may have in a day (UTC). No row: as much as it likes, and it is not counted.
CREATE TABLE goshawk.quota (
  organization text   NOT NULL REFERENCES goshawk.organization,
  kind         text   NOT NULL CHECK (kind IN ('events', 'bytes', 'exports', 'hunts')),
  per_day      bigint NOT NULL CHECK (per_day >= 0),
  PRIMARY KEY (organization, kind)
);
CREATE TABLE goshawk.quota_use (
  organization text   NOT NULL REFERENCES goshawk.organization,
  kind         text   NOT NULL,
  day          date   NOT NULL,
  used         bigint NOT NULL,
  PRIMARY KEY (organization, kind, day)
);

CREATE FUNCTION goshawk.quota_day() RETURNS date LANGUAGE sql STABLE RETURN (clock_timestamp() AT TIME ZONE 'UTC')::date;

CREATE VIEW api.quota WITH (security_barrier) AS
  SELECT q.organization, q.kind, q.per_day, coalesce(u.used, 0) AS used
  FROM goshawk.quota q LEFT JOIN goshawk.quota_use u ON u.organization = q.organization AND u.kind = q.kind AND u.day = (clock_timestamp() AT TIME ZONE 'UTC')::date -- as quota_day has it, which readers may not call
  WHERE q.organization = (SELECT api.organization());

-- Takes all amounts, or none: then the first kind is returned of which too little is left. Kinds without a quota are not counted. Amounts below zero give back.
-- `is_owed`: it was used while nobody could be asked, so it is counted whatever is left.
CREATE FUNCTION api.take_quota(kinds text[], amounts bigint[], is_owed boolean) RETURNS TABLE (kind text, per_day bigint, used bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  asked record;
  today date := goshawk.quota_day();
  before bigint;
BEGIN
  -- In one order, so that two who ask for the same wait for each other and not in a circle.
  FOR asked IN SELECT a.kind, a.amount, q.per_day FROM unnest(kinds, amounts) AS a (kind, amount)
      JOIN goshawk.quota q ON q.organization = api.organization() AND q.kind = a.kind ORDER BY a.kind LOOP
    INSERT INTO goshawk.quota_use VALUES (api.organization(), asked.kind, today, 0) ON CONFLICT DO NOTHING;
    SELECT u.used INTO STRICT before FROM goshawk.quota_use u WHERE u.organization = api.organization() AND u.kind = asked.kind AND u.day = today FOR UPDATE;
    IF NOT is_owed AND asked.amount > 0 AND before + asked.amount > asked.per_day THEN
      RETURN QUERY SELECT asked.kind, asked.per_day, before;
      RETURN;
    END IF;
  END LOOP;
  UPDATE goshawk.quota_use u SET used = greatest(0, u.used + a.amount) FROM unnest(kinds, amounts) AS a (kind, amount)
    WHERE u.organization = api.organization() AND u.kind = a.kind AND u.day = today AND EXISTS (SELECT FROM goshawk.quota q WHERE q.organization = u.organization AND q.kind = u.kind);
END $$;

-- For whoever runs the platform: of any organization. Null takes the quota away. SQLSTATE 23503: there is no such organization.
CREATE FUNCTION api.set_quota(actor text, p_organization text, p_kind text, p_per_day bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before bigint;
BEGIN
  SELECT q.per_day INTO before FROM goshawk.quota q WHERE q.organization = p_organization AND q.kind = p_kind;
  IF p_per_day IS NULL THEN
    DELETE FROM goshawk.quota q WHERE q.organization = p_organization AND q.kind = p_kind;
  ELSE
    INSERT INTO goshawk.quota VALUES (p_organization, p_kind, p_per_day) ON CONFLICT (organization, kind) DO UPDATE SET per_day = p_per_day;
  END IF;
  IF before IS DISTINCT FROM p_per_day THEN
    PERFORM goshawk.append_audit(p_organization, actor, 'quota.set', p_kind, jsonb_build_object('before', before, 'after', p_per_day));
  END IF;
END $$;

REVOKE ALL ON FUNCTION goshawk.quota_day(), api.claim_idempotency(bytea, bytea, integer, integer), api.keep_answer(bytea, uuid, bytea),
  api.release_idempotency(bytea, uuid), api.take_quota(text[], bigint[], boolean), api.set_quota(text, text, text, bigint) FROM PUBLIC;
GRANT SELECT ON api.quota TO goshawk_api;
GRANT EXECUTE ON FUNCTION api.claim_idempotency(bytea, bytea, integer, integer), api.keep_answer(bytea, uuid, bytea), api.release_idempotency(bytea, uuid),
  api.take_quota(text[], bigint[], boolean), api.set_quota(text, text, text, bigint) TO goshawk_api;
