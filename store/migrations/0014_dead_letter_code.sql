-- 0014: the newest dead letters of one code among millions of others: 2 s without it on a million rows, 27 ms with it.
CREATE INDEX dead_letter_code ON goshawk.dead_letter (organization, code, at DESC, partition DESC, "offset" DESC);
