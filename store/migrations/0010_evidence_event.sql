-- 0010: evidence is also asked for by event: a finding or alert shows the copy when retention has dropped the event.
CREATE INDEX evidence_event ON goshawk.evidence (event_time, event_id);
