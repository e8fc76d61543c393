-- Why:  planners are told of more than one matter of a run, each once; replays can be asked for;
--       the accuracy of published sums is kept; accuracy and lines of journals go with age.
-- Lock: ACCESS EXCLUSIVE on mail_message and accuracy_measured for a column each, which rewrites
--       nothing; SHARE on mail_message and movement while their indexes are made:
--       pushes of movements wait meanwhile.
-- Time: under a second on any mail; two seconds on 10 M lines of journals, for an index that keeps
--       one entry per megabyte.
-- Undo: DROP TABLE replay_request, accuracy_of_sums, sums_measured; DROP INDEX movement_by_age,
--       a_recipient_is_told_of_a_matter_once; ALTER TABLE accuracy_measured DROP COLUMN dropped_at;
--       ALTER TABLE mail_message DROP COLUMN topic, ADD CONSTRAINT
--       a_recipient_is_told_of_a_run_once UNIQUE (run_id, region, recipient), which fails if
--       somebody was told of two matters.

ALTER TABLE mail_message ADD COLUMN topic text NOT NULL DEFAULT 'flags'
  CONSTRAINT a_topic_is_known
    CHECK (topic IN ('flags', 'refusal', 'accuracy-breach', 'replay-mismatch'));
ALTER TABLE mail_message DROP CONSTRAINT a_recipient_is_told_of_a_run_once;
-- A message without a region is one, too; one whose run is gone is none any more.
CREATE UNIQUE INDEX a_recipient_is_told_of_a_matter_once
  ON mail_message (run_id, topic, (coalesce(region::text, '')), recipient);

-- A wish for a replay, and who carries it out.
CREATE TABLE replay_request (
  request_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  -- How many values are compared; NULL is all.
  sample integer CONSTRAINT a_sample_has_a_value CHECK (sample >= 1),
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'waiting' CONSTRAINT a_replay_waits_runs_is_done_or_failed
    CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  -- Raised with every claim, so that an answer of an earlier holder is refused.
  token integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  replay_id integer REFERENCES run_replay ON DELETE CASCADE,
  failure text,
  CONSTRAINT a_replay_that_is_done_has_an_outcome
    CHECK ((state = 'done') = (replay_id IS NOT NULL)),
  CONSTRAINT a_replay_that_failed_says_why CHECK ((state = 'failed') = (failure IS NOT NULL))
);

-- How far a published run's forecasts of sums were from the demand that came afterwards, so many
-- days ahead: summed over the nodes of a level, in each region and category that the level keeps.
-- The terms are those of accuracy.
CREATE TABLE accuracy_of_sums (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  level text NOT NULL,
  -- NULL where the level spans regions, or categories.
  region code,
  category code,
  lead integer NOT NULL CONSTRAINT a_sum_is_foretold_a_day_ahead CHECK (lead >= 1),
  observations integer NOT NULL,
  demand double precision NOT NULL,
  absolute_error double precision NOT NULL,
  signed_error double precision NOT NULL,
  scaled_squared_error double precision NOT NULL,
  scaled_observations integer NOT NULL,
  pinball_loss double precision NOT NULL,
  covered integer NOT NULL,
  naive_demand double precision NOT NULL,
  naive_absolute_error double precision NOT NULL,
  naive_forecast_absolute_error double precision NOT NULL,
  CONSTRAINT a_run_is_measured_once_per_sum_and_lead
    UNIQUE NULLS NOT DISTINCT (run_id, level, region, category, lead)
);

-- Up to which day a published run's sums over regions were measured.
CREATE TABLE sums_measured (
  run_id integer PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  through date NOT NULL,
  measured_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- From then on the figures are gone; that they were made is known.
  dropped_at timestamptz
);

-- So of a run's figures in a region.
ALTER TABLE accuracy_measured ADD COLUMN dropped_at timestamptz;

-- Lines come in the order of their days, about.
CREATE INDEX movement_by_age ON movement USING brin (day);
