-- Why:  what is old is dropped: keys may be used again, replaced values and the forecasts of runs
--       that nobody reads go. On which days a location sent anything is noted, so that gaps are
--       found without reading its demand.
-- Lock: ACCESS EXCLUSIVE on batch and run for the columns and the constraint; SHARE on batch,
--       quarantine and the logs of replaced values while their indexes are made: pushes wait
--       meanwhile.
-- Time: a second per million replaced values; ten seconds per million month rows, whose days are
--       noted, so about two minutes on 10 M.
-- Undo: DROP TABLE location_month, pruning; DROP INDEX demand_change_by_age, stock_change_by_age,
--       fact_change_by_age, movement_change_by_age, quarantine_by_age, batch_by_age,
--       a_source_uses_a_key_once; ALTER TABLE run DROP COLUMN
--       forecasts_dropped_at; ALTER TABLE batch DROP COLUMN key_released_at, ADD CONSTRAINT
--       a_source_uses_a_key_once UNIQUE (source_id, key), which fails if a key was used twice.

-- From then on the key may name another push. The batch stays: facts name it.
ALTER TABLE batch ADD COLUMN key_released_at timestamptz;
ALTER TABLE batch DROP CONSTRAINT a_source_uses_a_key_once;
CREATE UNIQUE INDEX a_source_uses_a_key_once ON batch (source_id, key)
  WHERE key_released_at IS NULL;
CREATE INDEX batch_by_age ON batch (received_at) WHERE key_released_at IS NULL;

-- A value that was replaced is needed to read versions before its replacement; one that came too
-- late to stand, those before it came.
CREATE INDEX demand_change_by_age ON demand_change (coalesce(replaced_by, batch_id));
CREATE INDEX stock_change_by_age ON stock_change (coalesce(replaced_by, batch_id));
CREATE INDEX fact_change_by_age ON fact_change (coalesce(replaced_by, batch_id));
CREATE INDEX movement_change_by_age ON movement_change (coalesce(replaced_by, batch_id));
CREATE INDEX quarantine_by_age ON quarantine (settled_at) WHERE settled_at IS NOT NULL;

-- Up to which place in the commit order nothing is left to drop; readable_history runs ahead of it
-- while old values are being dropped.
CREATE TABLE pruning (
  dropped_through bigint NOT NULL,
  only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_pruning CHECK (only_row)
);
INSERT INTO pruning (dropped_through) VALUES (0);

-- The run and its flags stay: they say what people were told.
ALTER TABLE run ADD COLUMN forecasts_dropped_at timestamptz;

-- The days of a month for which a location sent any demand: bit n - 1 is day n.
CREATE TABLE location_month (
  location_id integer NOT NULL REFERENCES location,
  month date NOT NULL
    CONSTRAINT a_month_is_named_by_its_first_day CHECK (extract(day FROM month) = 1),
  days integer NOT NULL CONSTRAINT a_day_was_sent CHECK (days > 0),
  PRIMARY KEY (location_id, month)
);
INSERT INTO location_month (location_id, month, days)
  SELECT s.location_id, m.month, bit_or(1 << (d.position - 1)::integer)
  FROM demand_month m
  JOIN series s USING (series_id)
  CROSS JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS d (quantity, position)
  WHERE d.quantity IS NOT NULL
  GROUP BY s.location_id, m.month;
