-- Why:  what surrounds a run: a slot waits for late data, a request says why it was made and when
--       it is given up, a run what it cost; replays, accuracy on days that came afterwards, and how
--       much forecasts move from run to run are kept.
-- Lock: ACCESS EXCLUSIVE on schedule and run_request, for the moment in which columns are added;
--       both are small.
-- Time: under a second on any size.
-- Undo: DROP TABLE run_cost, run_replay, accuracy, accuracy_measured, churn; ALTER TABLE
--       run_request DROP COLUMN waits_until, DROP COLUMN deadline_at, DROP COLUMN cause, DROP
--       COLUMN reason, DROP COLUMN regions, DROP COLUMN seen_version, DROP COLUMN finding; ALTER
--       TABLE schedule DROP COLUMN grace_minutes, DROP COLUMN deadline_minutes.

ALTER TABLE schedule
  -- How long a slot waits for regions that are behind; 0 does not wait.
  ADD COLUMN grace_minutes integer NOT NULL DEFAULT 0
    CONSTRAINT a_grace_is_at_most_a_week CHECK (grace_minutes BETWEEN 0 AND 10080),
  -- How long a run may take; NULL is for ever.
  ADD COLUMN deadline_minutes integer
    CONSTRAINT a_deadline_is_a_minute_to_a_week CHECK (deadline_minutes BETWEEN 1 AND 10080);

ALTER TABLE run_request
  -- A slot begins once every region is fresh, and then at the latest; NULL does not wait.
  ADD COLUMN waits_until timestamptz,
  -- From its first claim on; a run that passes it is given up. NULL is never.
  ADD COLUMN deadline_at timestamptz,
  ADD COLUMN cause text NOT NULL DEFAULT 'person' CONSTRAINT a_cause_is_known
    CHECK (cause IN ('slot', 'person', 'correction', 'accuracy')),
  -- In a sentence; NULL for slots.
  ADD COLUMN reason text,
  -- The regions that gave the reason; NULL for all. A run always trains all of them.
  ADD COLUMN regions text[],
  -- The dataset version at which the reason was found.
  ADD COLUMN seen_version bigint,
  -- Why no run was made although nothing failed: the input is that of run_id.
  ADD COLUMN finding text;
UPDATE run_request SET cause = 'slot' WHERE slot IS NOT NULL;

-- What a run took, of the process that carried it out.
CREATE TABLE run_cost (
  run_id integer PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  cpu_seconds double precision NOT NULL,
  wall_seconds double precision NOT NULL,
  -- The highest that the process had reached by the end of the run.
  peak_memory_bytes bigint NOT NULL,
  -- Days of demand, events and prices.
  rows_read bigint NOT NULL
);

-- A run that was made again by the service, and what came of it. Append-only.
CREATE TABLE run_replay (
  replay_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  replayed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  verdict text NOT NULL CONSTRAINT a_replay_is_identical_close_different_or_impossible
    CHECK (verdict IN ('identical', 'close', 'different', 'impossible')),
  values_compared bigint NOT NULL,
  values_differing bigint NOT NULL,
  -- The first difference, or why it could not be made again; NULL when identical.
  finding text
);
CREATE INDEX run_replay_by_run ON run_replay (run_id, replayed_at);

-- How far a published run's forecasts of series were from the demand that came afterwards: sums
-- over the series of a region, category and demand class, so many days ahead. Ratios are made from
-- sums of these.
CREATE TABLE accuracy (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  region code NOT NULL,
  lead integer NOT NULL CONSTRAINT a_lead_is_at_least_a_day CHECK (lead >= 1),
  category code,
  -- By the history that the run saw; 'never-sold' where there were no sales.
  demand_class text NOT NULL CONSTRAINT a_demand_class_is_known
    CHECK (demand_class IN ('smooth', 'erratic', 'intermittent', 'lumpy', 'never-sold')),
  -- Series whose demand of the day is known.
  observations integer NOT NULL,
  demand double precision NOT NULL,
  -- Sums of |y - f| and f - y, in units.
  absolute_error double precision NOT NULL,
  signed_error double precision NOT NULL,
  -- Sum of (y - f)² / mean (y(t) - y(t-1))² of the history, over series that have such a mean.
  scaled_squared_error double precision NOT NULL,
  scaled_observations integer NOT NULL,
  -- Sum over series of the mean pinball loss over the quantiles.
  pinball_loss double precision NOT NULL,
  -- Series whose demand lies within the outermost quantiles.
  covered integer NOT NULL,
  -- Of the same days by the seasonal naive forecast from the same origin, where there is one.
  naive_demand double precision NOT NULL,
  naive_absolute_error double precision NOT NULL,
  naive_forecast_absolute_error double precision NOT NULL,
  CONSTRAINT a_run_is_measured_once_per_group_and_lead
    UNIQUE NULLS NOT DISTINCT (run_id, region, lead, category, demand_class)
);

-- Up to which day a published run was measured in a region.
CREATE TABLE accuracy_measured (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  region code NOT NULL,
  through date NOT NULL,
  -- The data that it was measured against.
  dataset_version bigint NOT NULL,
  measured_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, region)
);

-- How much the series' forecasts of a region moved from one published run to the next, on the days
-- that both cover.
CREATE TABLE churn (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  previous_run integer NOT NULL REFERENCES run ON DELETE CASCADE,
  region code NOT NULL,
  -- Days ahead of the newer run's first day, from 1 on.
  lead integer NOT NULL CONSTRAINT a_lead_is_counted_from_1 CHECK (lead >= 1),
  -- Sums of |new - previous|, previous and new, in thousandths of a unit.
  moved bigint NOT NULL,
  previous bigint NOT NULL,
  present bigint NOT NULL,
  PRIMARY KEY (run_id, previous_run, region, lead)
);
