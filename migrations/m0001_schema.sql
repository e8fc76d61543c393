-- Why:  the first schema: who pushes, what they pushed, and what was forecast from it.
-- Lock: none, all tables are created here.
-- Time: under a second on any size, there is no data yet.
-- Undo: drop the database.

CREATE DOMAIN code AS text COLLATE "C"
  CONSTRAINT a_code_has_1_to_128_bytes_without_control_characters
  CHECK (octet_length(VALUE) BETWEEN 1 AND 128 AND VALUE !~ '[\u0001-\u001f\u007f-\u009f]');

-- Ingestion -------------------------------------------------------------------------------------

CREATE TABLE source (
  source_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code code NOT NULL CONSTRAINT a_source_has_one_code UNIQUE,
  -- Set by the first revision the source sends; numbers and times cannot be compared.
  revision_kind text
    CONSTRAINT revisions_are_numbers_or_times CHECK (revision_kind IN ('number', 'time'))
);

-- One push, all of it or nothing. Its place in the commit order is taken last, under a lock held
-- to COMMIT, so that the highest place visible to a snapshot names exactly what it sees.
CREATE TABLE batch (
  batch_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id integer NOT NULL REFERENCES source,
  place bigint CONSTRAINT batches_commit_one_after_another UNIQUE,
  kind text NOT NULL,
  key text COLLATE "C" NOT NULL
    CONSTRAINT a_key_has_1_to_128_letters_digits_dots_underscores_or_dashes
    CHECK (key ~ '^[A-Za-z0-9._-]{1,128}$'),
  content_digest bytea NOT NULL
    CONSTRAINT a_digest_is_a_sha_256 CHECK (octet_length(content_digest) = 32),
  generated_at timestamptz,
  complete_through date,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  received bigint NOT NULL DEFAULT 0,
  applied bigint NOT NULL DEFAULT 0,
  duplicate bigint NOT NULL DEFAULT 0,
  stale bigint NOT NULL DEFAULT 0,
  quarantined bigint NOT NULL DEFAULT 0,
  watermark_moved boolean NOT NULL DEFAULT false,
  CONSTRAINT a_source_uses_a_key_once UNIQUE (source_id, key),
  CONSTRAINT every_row_received_is_accounted_for
    CHECK (received = applied + duplicate + stale + quarantined)
);

CREATE TABLE item (
  item_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code code NOT NULL CONSTRAINT an_item_has_one_code UNIQUE,
  name text,
  category code,
  unit text,
  pack_size double precision CONSTRAINT a_pack_holds_something CHECK (pack_size > 0),
  launched date,
  ended date,
  predecessor code,
  revision bigint,
  batch_id integer NOT NULL REFERENCES batch
);

CREATE TABLE location (
  location_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code code NOT NULL CONSTRAINT a_location_has_one_code UNIQUE,
  region code NOT NULL,
  name text,
  time_zone text,
  freshness_minutes integer NOT NULL
    CONSTRAINT freshness_is_between_nothing_and_a_year
    CHECK (freshness_minutes BETWEEN 0 AND 527040),
  revision bigint,
  batch_id integer NOT NULL REFERENCES batch,
  -- The one source that may write the location's demand, and its stock: the first that did.
  demand_source_id integer REFERENCES source,
  stock_source_id integer REFERENCES source
);

-- The day up to which a location says it has sent everything, as it moved.
CREATE TABLE watermark (
  location_id integer NOT NULL REFERENCES location,
  batch_id integer NOT NULL REFERENCES batch,
  complete_through date NOT NULL,
  PRIMARY KEY (location_id, batch_id)
);

-- A series exists for each item and location with a demand or stock row.
CREATE TABLE series (
  series_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  item_id integer NOT NULL REFERENCES item,
  location_id integer NOT NULL REFERENCES location,
  first_day date NOT NULL,
  CONSTRAINT an_item_has_one_series_per_location UNIQUE (item_id, location_id)
);

-- Demand, one array of days per series and month: read a month at a time, it is several times as
-- fast and an eighth of the size of a row per day. Element n belongs to day n of the month; NULL
-- says that no row came for that day. The batch and the revision stand once while all days of
-- the row share them, and once per day otherwise.
CREATE TABLE demand_month (
  series_id integer NOT NULL REFERENCES series,
  month date NOT NULL
    CONSTRAINT a_month_is_named_by_its_first_day CHECK (extract(day FROM month) = 1),
  quantities double precision[] NOT NULL
    CONSTRAINT a_month_has_at_most_31_days CHECK (cardinality(quantities) BETWEEN 1 AND 31),
  batch_ids integer[] NOT NULL
    CONSTRAINT a_batch_stands_once_or_per_day
    CHECK (cardinality(batch_ids) IN (1, cardinality(quantities))),
  revisions bigint[]
    CONSTRAINT a_revision_stands_once_or_per_day
    CHECK (cardinality(revisions) IN (1, cardinality(quantities))),
  PRIMARY KEY (series_id, month)
) WITH (fillfactor = 90);

-- Every value that was replaced, by whom, and who had set it. Append-only.
CREATE TABLE demand_change (
  series_id integer NOT NULL,
  day date NOT NULL,
  quantity double precision NOT NULL,
  batch_id integer NOT NULL,
  revision bigint,
  replaced_by integer NOT NULL REFERENCES batch (batch_id)
);
CREATE INDEX demand_change_by_series_and_day ON demand_change (series_id, day);

CREATE TABLE stock (
  series_id integer NOT NULL REFERENCES series,
  as_of timestamptz NOT NULL,
  on_hand double precision NOT NULL,
  on_order double precision NOT NULL,
  reserved double precision NOT NULL,
  revision bigint,
  batch_id integer NOT NULL REFERENCES batch,
  PRIMARY KEY (series_id, as_of)
);

CREATE TABLE stock_change (
  series_id integer NOT NULL,
  as_of timestamptz NOT NULL,
  on_hand double precision NOT NULL,
  on_order double precision NOT NULL,
  reserved double precision NOT NULL,
  revision bigint,
  batch_id integer NOT NULL,
  replaced_by integer NOT NULL REFERENCES batch (batch_id)
);
CREATE INDEX stock_change_by_series ON stock_change (series_id, as_of);

CREATE TABLE calendar_event (
  day date NOT NULL,
  name text COLLATE "C" NOT NULL,
  kind text NOT NULL CONSTRAINT an_event_has_a_known_kind
    CHECK (kind IN ('holiday', 'event', 'promotion', 'payday', 'closed')),
  region code,
  location code,
  item code,
  category code,
  revision bigint,
  batch_id integer NOT NULL REFERENCES batch,
  CONSTRAINT an_event_stands_once_per_day_and_scope
    UNIQUE NULLS NOT DISTINCT (day, name, region, location, item, category)
);

CREATE TABLE terms (
  item_id integer NOT NULL REFERENCES item,
  location_id integer REFERENCES location,
  supplier text,
  lead_time_days double precision
    CONSTRAINT a_lead_time_is_not_negative CHECK (lead_time_days >= 0),
  lead_time_sd_days double precision
    CONSTRAINT a_deviation_is_not_negative CHECK (lead_time_sd_days >= 0),
  review_period_days double precision
    CONSTRAINT a_review_period_is_not_negative CHECK (review_period_days >= 0),
  minimum_order_quantity double precision
    CONSTRAINT a_minimum_is_not_negative CHECK (minimum_order_quantity >= 0),
  order_multiple double precision
    CONSTRAINT a_multiple_is_positive CHECK (order_multiple > 0),
  unit_cost numeric CONSTRAINT a_cost_is_not_negative CHECK (unit_cost >= 0),
  service_level double precision NOT NULL
    CONSTRAINT a_service_level_is_a_probability_above_a_half
    CHECK (service_level > 0.5 AND service_level < 1),
  revision bigint,
  batch_id integer NOT NULL REFERENCES batch,
  CONSTRAINT terms_stand_once_per_item_and_location UNIQUE NULLS NOT DISTINCT (item_id, location_id)
);

-- Rows set aside with a reason. Nothing of them is lost: `raw` is the row as it came.
CREATE TABLE quarantine (
  quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_id integer NOT NULL REFERENCES batch,
  line bigint NOT NULL,
  code text NOT NULL,
  field text,
  message text NOT NULL,
  raw bytea NOT NULL,
  -- As far as they can be read: that one fact is missing, not zero, while the row waits.
  item code,
  location code,
  day date
);
CREATE INDEX quarantine_by_batch ON quarantine (batch_id, line);

-- Training --------------------------------------------------------------------------------------

-- One training of all regions from one dataset version, which is the highest place it saw.
CREATE TABLE run (
  run_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset_version bigint NOT NULL,
  content_digest bytea NOT NULL
    CONSTRAINT a_dataset_digest_is_a_sha_256 CHECK (octet_length(content_digest) = 32),
  as_of date NOT NULL,
  origin date NOT NULL CONSTRAINT an_origin_is_not_after_its_as_of CHECK (origin <= as_of),
  horizon integer NOT NULL CONSTRAINT a_horizon_is_at_least_a_day CHECK (horizon > 0),
  quantiles double precision[] NOT NULL,
  series bigint NOT NULL,
  observations bigint NOT NULL,
  code_version text NOT NULL,
  processor_core text NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL
);

CREATE TABLE run_region (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  region code NOT NULL,
  state text NOT NULL
    CONSTRAINT a_region_is_trained_carried_over_or_absent
    CHECK (state IN ('trained', 'stale', 'absent')),
  complete_through date,
  -- The run whose forecasts stand in for a stale region.
  carried_from integer REFERENCES run (run_id),
  reason text NOT NULL,
  PRIMARY KEY (run_id, region)
);

CREATE TABLE node (
  node_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  level text NOT NULL,
  item code,
  location code,
  region code,
  category code,
  CONSTRAINT a_node_has_one_name
    UNIQUE NULLS NOT DISTINCT (level, item, location, region, category)
);
CREATE INDEX node_by_region ON node (region, level);

-- A node's forecast: thousandths of a unit per day, so that sums agree exactly wherever they are
-- made; quantiles in units, quantile by quantile, each as long as the means.
CREATE TABLE forecast (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  node_id integer NOT NULL REFERENCES node,
  origin date NOT NULL,
  stale boolean NOT NULL,
  tier text NOT NULL,
  reason text NOT NULL,
  first_day date NOT NULL,
  means bigint[] NOT NULL
    CONSTRAINT means_are_not_negative CHECK (0 <= ALL (means)),
  quantiles double precision[] NOT NULL,
  spread text NOT NULL,
  spread_parameters double precision[] NOT NULL,
  PRIMARY KEY (run_id, node_id)
);

-- Which run readers see: the newest row. Rolling back is another row.
CREATE TABLE publication (
  publication_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id integer NOT NULL REFERENCES run,
  published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reason text NOT NULL
);

-- For people's SQL ------------------------------------------------------------------------------

CREATE VIEW demand AS
  SELECT i.code AS item, l.code AS location, l.region, i.category,
    (m.month + (d.position - 1)::integer) AS day, d.quantity
  FROM demand_month m
  JOIN series s USING (series_id)
  JOIN item i USING (item_id)
  JOIN location l USING (location_id)
  CROSS JOIN LATERAL unnest(m.quantities) WITH ORDINALITY AS d (quantity, position)
  WHERE d.quantity IS NOT NULL;

CREATE VIEW complete_through AS
  SELECT l.code AS location, l.region, max(w.complete_through) AS complete_through
  FROM location l
  LEFT JOIN watermark w USING (location_id)
  GROUP BY l.location_id, l.code, l.region;

CREATE VIEW published_forecast AS
  SELECT n.level, n.item, n.location, n.region, n.category, f.origin, f.stale, f.tier,
    (f.first_day + (m.position - 1)::integer) AS day, m.thousandths / 1000.0 AS mean
  FROM forecast f
  JOIN node n USING (node_id)
  CROSS JOIN LATERAL unnest(f.means) WITH ORDINALITY AS m (thousandths, position)
  WHERE f.run_id = (SELECT run_id FROM publication ORDER BY publication_id DESC LIMIT 1);
