-- 0005: reference data that people maintain, by versions: [valid_from, valid_to), null = still valid.
-- Ids are made here and belong to one organization for good: the key on the ref topic is <id>|<valid from, micros>.
CREATE TABLE goshawk.asset (
  id           uuid        NOT NULL,
  valid_from   timestamptz NOT NULL,
  valid_to     timestamptz CHECK (valid_to > valid_from),
  organization text        NOT NULL REFERENCES goshawk.organization,
  name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  kind         text        NOT NULL,
  hostnames    text[]      NOT NULL,
  addresses    inet[]      NOT NULL,
  owner        text,
  criticality  integer     NOT NULL CHECK (criticality BETWEEN 0 AND 4),
  version      bigint      NOT NULL,
  written_at   timestamptz NOT NULL DEFAULT now(),
  written_by   text        NOT NULL,
  PRIMARY KEY (id, valid_from)
);
CREATE INDEX asset_organization ON goshawk.asset (organization, name, id);

CREATE TABLE goshawk.zone (
  id           uuid        NOT NULL,
  valid_from   timestamptz NOT NULL,
  valid_to     timestamptz CHECK (valid_to > valid_from),
  organization text        NOT NULL REFERENCES goshawk.organization,
  name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  cidr         cidr        NOT NULL,
  kind         text        NOT NULL CHECK (kind IN ('internal', 'external', 'dmz')),
  version      bigint      NOT NULL,
  written_at   timestamptz NOT NULL DEFAULT now(),
  written_by   text        NOT NULL,
  PRIMARY KEY (id, valid_from)
);
CREATE INDEX zone_organization ON goshawk.zone (organization, name, id);

-- A write of a version goes out whole, with the number of its outbox row as version; times in micros.
CREATE FUNCTION goshawk.publish_asset(p_id uuid, p_valid_from timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  a       goshawk.asset;
  next_version bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
BEGIN
  UPDATE goshawk.asset x SET version = next_version, written_at = now() WHERE x.id = p_id AND x.valid_from = p_valid_from RETURNING * INTO STRICT a;
  INSERT INTO goshawk.outbox (id, topic, key, payload) VALUES (next_version, 'ref.assets.v1', a.id || '|' || api.micros(a.valid_from), jsonb_build_object(
    'id', a.id, 'organization', a.organization, 'validFrom', api.micros(a.valid_from), 'validTo', api.micros(a.valid_to), 'writtenAt', api.micros(a.written_at),
    'version', next_version, 'name', a.name, 'kind', a.kind, 'hostnames', to_jsonb(a.hostnames),
    'addresses', (SELECT coalesce(jsonb_agg(host(x) ORDER BY n), '[]') FROM unnest(a.addresses) WITH ORDINALITY AS t (x, n)), 'owner', a.owner, 'criticality', a.criticality));
END $$;

CREATE FUNCTION goshawk.publish_zone(p_id uuid, p_valid_from timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  z       goshawk.zone;
  next_version bigint := nextval(pg_get_serial_sequence('goshawk.outbox', 'id'));
BEGIN
  UPDATE goshawk.zone x SET version = next_version, written_at = now() WHERE x.id = p_id AND x.valid_from = p_valid_from RETURNING * INTO STRICT z;
  INSERT INTO goshawk.outbox (id, topic, key, payload) VALUES (next_version, 'ref.zones.v1', z.id || '|' || api.micros(z.valid_from), jsonb_build_object(
    'id', z.id, 'organization', z.organization, 'validFrom', api.micros(z.valid_from), 'validTo', api.micros(z.valid_to), 'writtenAt', api.micros(z.written_at),
    'version', next_version, 'name', z.name, 'cidr', z.cidr::text, 'kind', z.kind));
END $$;
