-- 0033: entities by name.
-- No summary is kept: the windows of features have what is asked for (first and last seen, counts over time), and `feature_entity` leads from one
-- name to the next without reading the windows between. A security barrier keeps an ORDER BY from that index, hence a function.
-- Names of one type with a window in [from_micros, to_micros), in their order, behind `behind` (null: from the first).
CREATE FUNCTION api.entity_names(of_type text, from_micros bigint, to_micros bigint, behind text, most integer) RETURNS SETOF text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  next_name text := 'SELECT f.entity FROM goshawk.feature f WHERE f.organization = $1 AND f.entity_type = $2 AND f.window_start >= $3 AND f.window_start < $4';
BEGIN
  RETURN QUERY EXECUTE format('WITH RECURSIVE n (entity) AS ((%s) UNION ALL SELECT (%s) FROM n WHERE n.entity IS NOT NULL) SELECT entity FROM n WHERE entity IS NOT NULL LIMIT $6',
      next_name || CASE WHEN behind IS NULL THEN '' ELSE ' AND f.entity > $5' END || ' ORDER BY f.entity LIMIT 1',
      next_name || ' AND f.entity > n.entity ORDER BY f.entity LIMIT 1')
    USING api.organization(), of_type, api.from_micros(from_micros), api.from_micros(to_micros), behind, most;
END $$;

REVOKE ALL ON FUNCTION api.entity_names(text, bigint, bigint, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.entity_names(text, bigint, bigint, text, integer) TO goshawk_api;
