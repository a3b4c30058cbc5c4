-- 0018: the ticker removes users of the broker whose time is over.
GRANT SELECT ON goshawk.sensor_credential TO goshawk_stages;
