-- 0016: which fields the events of a dataset have, from samples that persist takes. Times are append times. Bounded where rows are made: 2,000 of a dataset.
CREATE TABLE goshawk.field_dataset (
  organization text   COLLATE "C" NOT NULL,
  dataset      text   COLLATE "C" NOT NULL,
  events       bigint NOT NULL,               -- that were looked at, of those that came
  left_out     bigint NOT NULL,               -- values of fields that were not taken in: there are too many
  first_seen   timestamptz NOT NULL,
  last_seen    timestamptz NOT NULL,
  PRIMARY KEY (organization, dataset)
);
CREATE TABLE goshawk.field (
  organization text    COLLATE "C" NOT NULL,
  dataset      text    COLLATE "C" NOT NULL,
  kind         text    COLLATE "C" NOT NULL CHECK (kind IN ('native', 'ecs')),
  name         text    COLLATE "C" NOT NULL,
  types        text[]  NOT NULL,
  examples     text[]  NOT NULL,
  events       bigint  NOT NULL,              -- of those looked at
  keys         integer NOT NULL,              -- different keys that `*` in the name stood for, at least; 0 where it has none
  first_seen   timestamptz NOT NULL,
  last_seen    timestamptz NOT NULL,
  seen_at      bigint  NOT NULL,              -- field_dataset.events when it was last seen
  PRIMARY KEY (organization, dataset, kind, name)
);

-- New: it came when the dataset was known for an hour, within the week. Vanished: by its share in events it would have come 30 times since it was
-- last seen (chance alone does that to one field in 10^13), and a day has passed: sensors that tell of one thing for an hour are no news.
CREATE VIEW api.field WITH (security_barrier) AS
  SELECT f.*, f.events::float8 / greatest(d.events, 1) AS share,
    CASE
      WHEN d.last_seen - f.last_seen > interval '1 day' AND (d.events - f.seen_at)::float8 * f.events > 30.0 * f.seen_at THEN 'vanished'
      WHEN f.first_seen - d.first_seen > interval '1 hour' AND d.last_seen - f.first_seen < interval '7 days' THEN 'new'
      ELSE 'known'
    END AS state
  FROM goshawk.field f JOIN goshawk.field_dataset d USING (organization, dataset)
  WHERE f.organization = (SELECT api.organization());
CREATE VIEW api.field_dataset WITH (security_barrier) AS
  SELECT * FROM goshawk.field_dataset WHERE organization = (SELECT api.organization());

GRANT SELECT, INSERT, UPDATE ON goshawk.field, goshawk.field_dataset TO goshawk_stages;
GRANT SELECT ON api.field, api.field_dataset TO goshawk_api;
