-- Why:  what was known at any place in the commit order can be read back exactly, whoever writes:
--       replaced contents of small facts, whose a location was, when a series began. Locations have
--       weekly closed days, and the calendar has days on which they open all the same.
-- Lock: ACCESS EXCLUSIVE on item, location, terms, price, calendar_event, series and stock, for the
--       moment in which a column, a constraint and triggers are added; batches wait meanwhile.
-- Time: a second per million series, whose beginnings are noted; demand is not touched, so 10 M
--       month rows take no longer than none.
-- Undo: DROP FUNCTION item_at, location_at, terms_at, price_at, calendar_event_at, series_at,
--       stock_at, watermark_at, replaced_demand_at, replaced_fact_at; DROP FUNCTION
--       keep_replaced_fact, keep_batch_of_stock, note_claim, note_series_start CASCADE; DROP
--       FUNCTION batch_at_work; DROP TABLE fact_change, location_claim, series_start,
--       readable_history; ALTER TABLE location DROP COLUMN closed_weekdays; events of the kind
--       'open' must go before the earlier constraint can come back.

-- Opening calendar ------------------------------------------------------------------------------

ALTER TABLE location ADD COLUMN closed_weekdays text COLLATE "C"
  CONSTRAINT closed_weekdays_are_names_of_days_with_blanks_between
  CHECK (string_to_array(closed_weekdays, ' ') <@ ARRAY[
    'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
    AND closed_weekdays <> '');

ALTER TABLE calendar_event DROP CONSTRAINT an_event_has_a_known_kind;
ALTER TABLE calendar_event ADD CONSTRAINT an_event_has_a_known_kind
  CHECK (kind IN ('holiday', 'event', 'promotion', 'payday', 'closed', 'open'));

-- What is kept ----------------------------------------------------------------------------------

-- The first version that can be read back. What was replaced before this migration is gone, and
-- whoever prunes the logs raises it.
CREATE TABLE readable_history (
  oldest_version bigint NOT NULL,
  only_row boolean PRIMARY KEY DEFAULT true
    CONSTRAINT there_is_one_oldest_version CHECK (only_row)
);
INSERT INTO readable_history (oldest_version) SELECT coalesce(max(place), 0) FROM batch;

-- Every content of a small fact that was replaced: the whole row as it stood. Append-only.
CREATE TABLE fact_change (
  -- The table it stood in.
  fact text COLLATE "C" NOT NULL,
  content jsonb NOT NULL,
  batch_id integer NOT NULL REFERENCES batch,
  replaced_by integer NOT NULL REFERENCES batch (batch_id)
);
CREATE INDEX fact_change_by_fact ON fact_change (fact);

-- A row that says what stood before keeps the batch that first brought it; a different one leaves
-- a trace. What orders facts and whose the location is are no content. Texts are compared, because
-- 1.5 and 1.50 are one number and two ways to write it.
CREATE FUNCTION keep_replaced_fact() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  no_content CONSTANT text[] := ARRAY[
    'batch_id', 'revision', 'field_revisions', 'demand_source_id', 'stock_source_id'];
BEGIN
  IF (to_jsonb(OLD) - no_content)::text = (to_jsonb(NEW) - no_content)::text THEN
    NEW.batch_id := OLD.batch_id;
  ELSIF NEW.batch_id <> OLD.batch_id THEN
    INSERT INTO fact_change (fact, content, batch_id, replaced_by)
    VALUES (TG_TABLE_NAME, to_jsonb(OLD), OLD.batch_id, NEW.batch_id);
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER replaced_items_are_kept BEFORE UPDATE ON item
  FOR EACH ROW EXECUTE FUNCTION keep_replaced_fact();
CREATE TRIGGER replaced_locations_are_kept BEFORE UPDATE ON location
  FOR EACH ROW EXECUTE FUNCTION keep_replaced_fact();
CREATE TRIGGER replaced_terms_are_kept BEFORE UPDATE ON terms
  FOR EACH ROW EXECUTE FUNCTION keep_replaced_fact();
CREATE TRIGGER replaced_prices_are_kept BEFORE UPDATE ON price
  FOR EACH ROW EXECUTE FUNCTION keep_replaced_fact();
CREATE TRIGGER replaced_events_are_kept BEFORE UPDATE ON calendar_event
  FOR EACH ROW EXECUTE FUNCTION keep_replaced_fact();

-- A snapshot that is only repeated under a higher revision keeps its batch, too.
CREATE FUNCTION keep_batch_of_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.batch_id := OLD.batch_id;
  RETURN NEW;
END
$$;
CREATE TRIGGER repeated_stock_keeps_its_batch BEFORE UPDATE ON stock FOR EACH ROW
  WHEN (OLD.on_hand = NEW.on_hand AND OLD.on_order = NEW.on_order AND OLD.reserved = NEW.reserved)
  EXECUTE FUNCTION keep_batch_of_stock();

-- The batch at work, which says so itself when it is opened.
CREATE FUNCTION batch_at_work() RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('quartermaster.batch', true), '')::integer
$$;

-- By which batch a location's demand or stock became its source's.
CREATE TABLE location_claim (
  location_id integer NOT NULL REFERENCES location,
  role text NOT NULL CONSTRAINT a_source_claims_demand_or_stock CHECK (role IN ('demand', 'stock')),
  source_id integer NOT NULL REFERENCES source,
  batch_id integer NOT NULL REFERENCES batch,
  CONSTRAINT a_location_is_claimed_once_per_role PRIMARY KEY (location_id, role)
);
INSERT INTO location_claim (location_id, role, source_id, batch_id)
  SELECT location_id, 'demand', demand_source_id, batch_id FROM location
  WHERE demand_source_id IS NOT NULL
  UNION ALL
  SELECT location_id, 'stock', stock_source_id, batch_id FROM location
  WHERE stock_source_id IS NOT NULL;

CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.demand_source_id IS NULL AND NEW.demand_source_id IS NOT NULL THEN
    INSERT INTO location_claim (location_id, role, source_id, batch_id)
    VALUES (NEW.location_id, 'demand', NEW.demand_source_id, batch_at_work());
  END IF;
  IF OLD.stock_source_id IS NULL AND NEW.stock_source_id IS NOT NULL THEN
    INSERT INTO location_claim (location_id, role, source_id, batch_id)
    VALUES (NEW.location_id, 'stock', NEW.stock_source_id, batch_at_work());
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER claims_are_noted AFTER UPDATE OF demand_source_id, stock_source_id ON location
  FOR EACH ROW EXECUTE FUNCTION note_claim();

-- On which day a series begins, from a batch on.
CREATE TABLE series_start (
  series_id integer NOT NULL REFERENCES series,
  batch_id integer NOT NULL REFERENCES batch,
  first_day date NOT NULL,
  CONSTRAINT a_batch_begins_a_series_once PRIMARY KEY (series_id, batch_id)
);
INSERT INTO series_start (series_id, batch_id, first_day)
  SELECT s.series_id, i.batch_id, s.first_day FROM series s JOIN item i USING (item_id);

-- Its plan is kept from a session's first statement, which mostly moves no series at all: planned
-- for nothing, two loops in each other took 49 s for 20,000 series, and this takes 0.4 s.
CREATE FUNCTION note_series_start() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO series_start (series_id, batch_id, first_day)
    SELECT series_id, batch_at_work(), first_day FROM now_there;
  ELSE
    INSERT INTO series_start (series_id, batch_id, first_day)
    SELECT n.series_id, batch_at_work(), n.first_day
    FROM now_there n JOIN before_that o USING (series_id) WHERE n.first_day <> o.first_day
    ON CONFLICT (series_id, batch_id) DO UPDATE SET first_day = excluded.first_day;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER beginnings_are_noted AFTER INSERT ON series
  REFERENCING NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION note_series_start();
CREATE TRIGGER moved_beginnings_are_noted AFTER UPDATE ON series
  REFERENCING OLD TABLE AS before_that NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION note_series_start();

-- How a past state is read ----------------------------------------------------------------------

-- A content stood from its batch's place on, up to the place of the batch that replaced it. Each
-- of these gives a table's rows as they stood when the given place was the highest.

CREATE FUNCTION replaced_fact_at(stood_in text, version bigint) RETURNS SETOF jsonb
LANGUAGE sql STABLE AS $$
  SELECT c.content FROM fact_change c
  JOIN batch b ON b.batch_id = c.batch_id
  JOIN batch r ON r.batch_id = c.replaced_by
  WHERE c.fact = stood_in AND b.place <= version AND r.place > version
$$;

CREATE FUNCTION item_at(version bigint) RETURNS SETOF item LANGUAGE sql STABLE AS $$
  SELECT i.* FROM item i JOIN batch b USING (batch_id) WHERE b.place <= version
  UNION ALL
  SELECT p.* FROM replaced_fact_at('item', version) AS content,
    jsonb_populate_record(NULL::item, content) AS p
$$;

CREATE FUNCTION terms_at(version bigint) RETURNS SETOF terms LANGUAGE sql STABLE AS $$
  SELECT t.* FROM terms t JOIN batch b USING (batch_id) WHERE b.place <= version
  UNION ALL
  SELECT p.* FROM replaced_fact_at('terms', version) AS content,
    jsonb_populate_record(NULL::terms, content) AS p
$$;

CREATE FUNCTION price_at(version bigint) RETURNS SETOF price LANGUAGE sql STABLE AS $$
  SELECT t.* FROM price t JOIN batch b USING (batch_id) WHERE b.place <= version
  UNION ALL
  SELECT p.* FROM replaced_fact_at('price', version) AS content,
    jsonb_populate_record(NULL::price, content) AS p
$$;

CREATE FUNCTION calendar_event_at(version bigint) RETURNS SETOF calendar_event
LANGUAGE sql STABLE AS $$
  SELECT e.* FROM calendar_event e JOIN batch b USING (batch_id) WHERE b.place <= version
  UNION ALL
  SELECT p.* FROM replaced_fact_at('calendar_event', version) AS content,
    jsonb_populate_record(NULL::calendar_event, content) AS p
$$;

CREATE FUNCTION location_at(version bigint)
RETURNS TABLE (
  location_id integer, code code, region code, name text, time_zone text,
  freshness_minutes integer, closed_weekdays text, revision bigint, demand_source_id integer,
  stock_source_id integer)
LANGUAGE sql STABLE AS $$
  SELECT l.location_id, l.code, l.region, l.name, l.time_zone, l.freshness_minutes,
    l.closed_weekdays, l.revision,
    (SELECT c.source_id FROM location_claim c JOIN batch b USING (batch_id)
      WHERE c.location_id = l.location_id AND c.role = 'demand' AND b.place <= version),
    (SELECT c.source_id FROM location_claim c JOIN batch b USING (batch_id)
      WHERE c.location_id = l.location_id AND c.role = 'stock' AND b.place <= version)
  FROM (
    SELECT t.location_id, t.code, t.region, t.name, t.time_zone, t.freshness_minutes,
      t.closed_weekdays, t.revision
    FROM location t JOIN batch b USING (batch_id) WHERE b.place <= version
    UNION ALL
    SELECT p.location_id, p.code, p.region, p.name, p.time_zone, p.freshness_minutes,
      p.closed_weekdays, p.revision
    FROM replaced_fact_at('location', version) AS content,
      jsonb_populate_record(NULL::location, content) AS p
  ) AS l
$$;

CREATE FUNCTION series_at(version bigint)
RETURNS TABLE (series_id integer, item_id integer, location_id integer, first_day date)
LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (s.series_id) s.series_id, s.item_id, s.location_id, t.first_day
  FROM series s
  JOIN series_start t USING (series_id)
  JOIN batch b USING (batch_id)
  WHERE b.place <= version
  ORDER BY s.series_id, b.place DESC
$$;

CREATE FUNCTION stock_at(version bigint)
RETURNS TABLE (
  series_id integer, as_of timestamptz, on_hand double precision, on_order double precision,
  reserved double precision)
LANGUAGE sql STABLE AS $$
  SELECT k.series_id, k.as_of, k.on_hand, k.on_order, k.reserved
  FROM stock k JOIN batch b USING (batch_id) WHERE b.place <= version
  UNION ALL
  SELECT c.series_id, c.as_of, c.on_hand, c.on_order, c.reserved
  FROM stock_change c
  JOIN batch b ON b.batch_id = c.batch_id
  JOIN batch r ON r.batch_id = c.replaced_by
  WHERE b.place <= version AND r.place > version
$$;

CREATE FUNCTION watermark_at(version bigint) RETURNS SETOF watermark LANGUAGE sql STABLE AS $$
  SELECT w.* FROM watermark w JOIN batch b USING (batch_id) WHERE b.place <= version
$$;

-- Demand that stood at the version and does not stand now: what to put in the place of values
-- whose batch came later.
CREATE FUNCTION replaced_demand_at(version bigint)
RETURNS TABLE (series_id integer, day date, quantity double precision)
LANGUAGE sql STABLE AS $$
  SELECT c.series_id, c.day, c.quantity
  FROM demand_change c
  JOIN batch b ON b.batch_id = c.batch_id
  JOIN batch r ON r.batch_id = c.replaced_by
  WHERE b.place <= version AND r.place > version
$$;

-- What is told of one series and day is looked up by its codes.
CREATE INDEX quarantine_by_fact ON quarantine (item, location, day);
