-- Why:  rows in quarantine can be worked off one by one: a batch remembers how its rows were read,
--       a row what became of it, and by which batch. A batch whose units seem to have changed says
--       why it is held.
-- Lock: ACCESS EXCLUSIVE on batch and quarantine, for the moment in which columns are added; SHARE
--       on quarantine while its indexes are made.
-- Time: 10 M quarantined rows take half a minute for the indexes and one look at each row.
-- Undo: DROP INDEX quarantine_waiting, quarantine_waiting_for_codes, quarantine_by_settlement,
--       batch_with_units_confirmed, batch_that_replays; ALTER TABLE quarantine DROP COLUMN
--       own_header, DROP COLUMN is_description, DROP COLUMN attempts, DROP COLUMN settled_at,
--       DROP COLUMN settled_by, DROP COLUMN settlement, DROP COLUMN settled_by_person,
--       DROP COLUMN settled_because, DROP COLUMN correction; ALTER TABLE batch DROP COLUMN
--       row_format, DROP COLUMN header, DROP COLUMN mapped_columns, DROP COLUMN ignored_columns,
--       DROP COLUMN replays, DROP COLUMN held_because, DROP COLUMN units_confirmed_from.

ALTER TABLE batch
  -- How the rows were read, for batches that have rows in quarantine; NULL for all others.
  ADD COLUMN row_format text
    CONSTRAINT rows_are_csv_or_ndjson CHECK (row_format IN ('csv', 'ndjson')),
  -- The line that names the columns, as it came; NULL for NDJSON.
  ADD COLUMN header bytea,
  -- `ours=theirs`, column by column, as the push said it.
  ADD COLUMN mapped_columns text[],
  ADD COLUMN ignored_columns text[],
  -- The batch whose rows this one brings once more, and whose place in the order of receipt it has.
  ADD COLUMN replays integer REFERENCES batch (batch_id),
  -- Why all of its rows wait for a person, in a sentence.
  ADD COLUMN held_because text,
  -- A person confirmed that from this day on the source counts in other units than before.
  ADD COLUMN units_confirmed_from date;
CREATE INDEX batch_with_units_confirmed ON batch (source_id)
  WHERE units_confirmed_from IS NOT NULL;
CREATE INDEX batch_that_replays ON batch (replays) WHERE replays IS NOT NULL;

ALTER TABLE quarantine
  -- The CSV header of a row that was written down here, in the formats' own columns: the bytes of
  -- the fact that had to give way were gone. NULL for rows as they came.
  ADD COLUMN own_header text,
  -- `raw` is no row but a description of one, whose bytes were gone.
  ADD COLUMN is_description boolean NOT NULL DEFAULT false,
  -- How often the row was replayed and set aside again.
  ADD COLUMN attempts integer NOT NULL DEFAULT 0
    CONSTRAINT attempts_are_counted_from_zero CHECK (attempts >= 0),
  -- All NULL while the row waits.
  ADD COLUMN settled_at timestamptz,
  -- The batch by which it was settled, so that a dataset version tells whether it was by then.
  ADD COLUMN settled_by integer REFERENCES batch (batch_id),
  ADD COLUMN settlement text CONSTRAINT a_row_is_replayed_fixed_or_discarded
    CHECK (settlement IN ('replayed', 'fixed', 'discarded')),
  ADD COLUMN settled_by_person text,
  ADD COLUMN settled_because text,
  -- The row that a person sent in its stead.
  ADD COLUMN correction bytea,
  ADD CONSTRAINT a_settled_row_says_when_how_by_whom_and_by_which_batch
    CHECK (num_nulls(settled_at, settled_by, settlement, settled_by_person) IN (0, 4)),
  ADD CONSTRAINT a_discarded_row_says_why
    CHECK ((settlement IS NOT DISTINCT FROM 'discarded') = (settled_because IS NOT NULL)),
  ADD CONSTRAINT a_fixed_row_keeps_its_correction
    CHECK ((settlement IS NOT DISTINCT FROM 'fixed') = (correction IS NOT NULL));
CREATE INDEX quarantine_waiting ON quarantine (quarantine_id) WHERE settled_at IS NULL;
CREATE INDEX quarantine_waiting_for_codes ON quarantine (quarantine_id)
  WHERE settled_at IS NULL AND code IN ('unknown_item', 'unknown_location');
CREATE INDEX quarantine_by_settlement ON quarantine (settled_by) WHERE settled_by IS NOT NULL;
