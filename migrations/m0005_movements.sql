-- Why:  movements as a second way to say demand and stock: the lines as they stand, the lines that
--       were replaced, and which way each location is told.
-- Lock: ACCESS EXCLUSIVE on location for the moment in which three columns with constant defaults
--       are added; nothing is rewritten.
-- Time: under a second on any size.
-- Undo: DROP VIEW movement_demand; DROP TABLE movement, movement_change, movement_refused,
--       movement_floor; ALTER TABLE location DROP COLUMN movement_source_id, DROP COLUMN
--       demand_is_from_movements, DROP COLUMN stock_is_from_movements.

-- All lines of a location come from one source. Demand and stock are each told one way only: by the
-- first kind of push that told them.
ALTER TABLE location
  ADD COLUMN movement_source_id integer REFERENCES source,
  ADD COLUMN demand_is_from_movements boolean NOT NULL DEFAULT false,
  ADD COLUMN stock_is_from_movements boolean NOT NULL DEFAULT false;

CREATE TABLE movement (
  source_id integer NOT NULL REFERENCES source,
  id code NOT NULL,
  kind text NOT NULL CONSTRAINT a_movement_is_of_a_known_kind CHECK (kind IN (
    'sale', 'return', 'receipt', 'transfer_in', 'transfer_out', 'adjustment', 'count')),
  series_id integer NOT NULL REFERENCES series,
  -- When it happened; of a line that says a plain day, the end of that day at the location.
  at timestamptz NOT NULL,
  -- The civil date at the location, by its time zone when the line came.
  day date NOT NULL,
  is_plain_day boolean NOT NULL,
  quantity double precision NOT NULL
    CONSTRAINT only_an_adjustment_goes_below_zero CHECK (quantity >= 0 OR kind = 'adjustment'),
  -- Of a return: the sale that it undoes, which may not have come yet.
  undoes code CONSTRAINT only_a_return_undoes_a_sale CHECK (undoes IS NULL OR kind = 'return'),
  -- The day whose demand the line is part of: its own, or that of the sale it undoes.
  demand_day date CONSTRAINT demand_is_made_from_sales_and_returns
    CHECK ((demand_day IS NOT NULL) = (kind IN ('sale', 'return'))),
  revision bigint,
  batch_id integer NOT NULL REFERENCES batch,
  CONSTRAINT a_line_stands_once_per_source PRIMARY KEY (source_id, id)
);
CREATE INDEX movement_by_moment ON movement (series_id, at);
CREATE INDEX movement_by_demand_day ON movement (series_id, demand_day)
  WHERE demand_day IS NOT NULL;
CREATE INDEX movement_by_undone_sale ON movement (source_id, undoes) WHERE undoes IS NOT NULL;

-- Every line that was replaced, who had brought it, and who replaced it. Append-only.
CREATE TABLE movement_change (
  source_id integer NOT NULL,
  id code NOT NULL,
  kind text NOT NULL,
  series_id integer NOT NULL,
  at timestamptz NOT NULL,
  is_plain_day boolean NOT NULL,
  quantity double precision NOT NULL,
  undoes code,
  revision bigint,
  batch_id integer NOT NULL,
  replaced_by integer NOT NULL REFERENCES batch (batch_id)
);
CREATE INDEX movement_change_by_line ON movement_change (source_id, id);

-- Which line a row in quarantine would have been: once a later batch brings that line, the row no
-- longer makes its day missing.
CREATE TABLE movement_refused (
  batch_id integer NOT NULL REFERENCES batch,
  line bigint NOT NULL,
  id code NOT NULL,
  PRIMARY KEY (batch_id, line)
);

-- One row: lines of earlier days may be gone, so that nothing is made from them any more.
CREATE TABLE movement_floor (
  kept_from date NOT NULL,
  is_the_only_row boolean PRIMARY KEY DEFAULT true
    CONSTRAINT there_is_one_floor CHECK (is_the_only_row)
);
INSERT INTO movement_floor (kept_from) VALUES ('1900-01-01');

-- For people's SQL: how a day's demand was made, with the returns that no sale of the day covers.
CREATE VIEW movement_demand AS
  SELECT i.code AS item, l.code AS location, m.day, m.sold, m.returned,
    greatest(m.sold - m.returned, 0) AS demand,
    greatest(m.returned - m.sold, 0) AS returned_beyond_sales
  FROM (
    SELECT series_id, demand_day AS day,
      coalesce(sum(quantity::numeric) FILTER (WHERE kind = 'sale'), 0) AS sold,
      coalesce(sum(quantity::numeric) FILTER (WHERE kind = 'return'), 0) AS returned
    FROM movement WHERE demand_day IS NOT NULL GROUP BY series_id, demand_day
  ) m
  JOIN series s USING (series_id)
  JOIN item i USING (item_id)
  JOIN location l USING (location_id);
