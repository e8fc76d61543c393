-- Why:  published numbers stay put where somebody relies on them: near days are locked for orders
--       already placed, a run may be blended with the forecast before it, and churn is judged by
--       how many days ahead; which reconciliation a run chose is kept with it.
-- Lock: ACCESS EXCLUSIVE on forecast, run, run_check and run_work for their columns, without
--       rewriting or reading them.
-- Time: under a second on any size.
-- Undo: DROP VIEW published_forecast and make it again as m0001 has it; DROP TABLE run_lock,
--       forecast_lock; ALTER TABLE forecast DROP COLUMN locks; ALTER TABLE run DROP COLUMN
--       blend_weight, DROP COLUMN blend_finding, DROP COLUMN reconciliation, DROP COLUMN
--       reconciliation_finding; ALTER TABLE run_check DROP COLUMN leads; ALTER TABLE run_work
--       DROP COLUMN reconciliation. Locked days then move with the next run.

-- Days whose forecast was relied on: later runs publish for them what run_id said. A lock ends by
-- itself after its last day.
CREATE TABLE forecast_lock (
  lock_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- NULL is any; all three NULL is the whole company.
  region code,
  location code,
  item code,
  first_day date NOT NULL,
  last_day date NOT NULL,
  -- The run in use when it was set.
  run_id integer NOT NULL REFERENCES run,
  locked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  locked_by text NOT NULL,
  reason text NOT NULL CONSTRAINT a_lock_has_a_reason CHECK (reason <> ''),
  -- NULL while nobody has taken it away.
  unlocked_at timestamptz,
  unlocked_by text,
  unlock_reason text,
  CONSTRAINT a_lock_ends_no_earlier_than_it_begins CHECK (last_day >= first_day),
  CONSTRAINT who_unlocks_says_why
    CHECK (num_nulls(unlocked_at, unlocked_by, unlock_reason) IN (0, 3))
);
CREATE INDEX forecast_lock_by_run ON forecast_lock (run_id);

-- The locks that a run held, which its forecasts cannot be made again without.
CREATE TABLE run_lock (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  lock_id integer NOT NULL REFERENCES forecast_lock,
  -- Days of series that it held; 0 where the series are none that this run forecasts.
  cells integer NOT NULL CONSTRAINT a_lock_holds_no_fewer_than_0_cells CHECK (cells >= 0),
  PRIMARY KEY (run_id, lock_id)
);

-- The lock that holds each day, 0 where none does; NULL where no day is locked.
ALTER TABLE forecast ADD COLUMN locks integer[];

-- The share of the forecast in use (compared_with) in this run's; NULL where nothing was blended.
ALTER TABLE run ADD COLUMN blend_weight double precision
  CONSTRAINT a_blend_weight_is_a_share CHECK (blend_weight BETWEEN 0 AND 1);
-- How it was chosen, where past origins chose it.
ALTER TABLE run ADD COLUMN blend_finding text;
-- How sums and series were made to agree.
ALTER TABLE run ADD COLUMN reconciliation text NOT NULL DEFAULT 'bottom-up'
  CONSTRAINT a_run_is_reconciled_in_a_known_way
    CHECK (reconciliation IN ('bottom-up', 'wls', 'mint'));
ALTER TABLE run ADD COLUMN reconciliation_finding text;
ALTER TABLE run_work ADD COLUMN reconciliation text NOT NULL DEFAULT 'bottom-up';

-- The days ahead that a check is about, as 8-14 or 15+; NULL is all of them.
ALTER TABLE run_check ADD COLUMN leads text;

CREATE OR REPLACE VIEW published_forecast AS
  SELECT n.level, n.item, n.location, n.region, n.category, f.origin, f.stale, f.tier,
    (f.first_day + (m.position - 1)::integer) AS day, m.thousandths / 1000.0 AS mean,
    nullif(f.locks[m.position::integer], 0) AS lock
  FROM forecast f
  JOIN node n USING (node_id)
  CROSS JOIN LATERAL unnest(f.means) WITH ORDINALITY AS m (thousandths, position)
  WHERE f.run_id = (SELECT run_id FROM publication ORDER BY publication_id DESC LIMIT 1);
