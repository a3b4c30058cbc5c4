-- 0008: who may do what. The API's role gets schema api and nothing below it; the stages get the tables that they write.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA goshawk, api FROM PUBLIC;

GRANT USAGE ON SCHEMA api TO goshawk_api, goshawk_stages;
GRANT SELECT ON ALL TABLES IN SCHEMA api TO goshawk_api;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA api TO goshawk_api;
GRANT EXECUTE ON FUNCTION api.micros(timestamptz), api.from_micros(bigint) TO goshawk_stages;

GRANT USAGE ON SCHEMA goshawk TO goshawk_stages;
GRANT SELECT, INSERT ON goshawk.event, goshawk.finding TO goshawk_stages;
GRANT SELECT, INSERT, UPDATE ON goshawk.alert, goshawk.feature, goshawk.stage_offset, goshawk.evidence TO goshawk_stages;
GRANT SELECT, INSERT, UPDATE, DELETE ON goshawk.event_count, goshawk.stage_ledger, goshawk.evidence_due, goshawk.dead_letter_outbox, goshawk.outbox TO goshawk_stages;
GRANT SELECT ON goshawk.installation, goshawk.organization TO goshawk_stages;
