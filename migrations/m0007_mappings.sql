-- Why:  how each source writes its rows is said once and kept: column names, delimiter, encoding,
--       the form of days and numbers, units. A batch names the version it was read with.
-- Lock: ACCESS EXCLUSIVE on batch for the column, without rewriting or reading it.
-- Time: under a second on any size.
-- Undo: ALTER TABLE batch DROP COLUMN mapping_version; DROP TABLE mapping.

-- Versions count from 1 within a source and kind; the newest is in force. One that maps nothing
-- ends the mapping. Append-only.
CREATE TABLE mapping (
  source_id integer NOT NULL REFERENCES source,
  kind text NOT NULL,
  version integer NOT NULL CONSTRAINT versions_count_from_1 CHECK (version >= 1),
  -- Our names and theirs, pair by pair.
  ours text[] NOT NULL,
  theirs text[] NOT NULL,
  ignored text[] NOT NULL,
  -- The file's columns in order, where its first line does not name them.
  header text[],
  delimiter text NOT NULL
    CONSTRAINT a_delimiter_is_a_comma_semicolon_tab_or_bar
    CHECK (delimiter IN (',', ';', E'\t', '|')),
  encoding text NOT NULL
    CONSTRAINT an_encoding_is_known CHECK (encoding IN ('utf-8', 'windows-1252')),
  decimal_sign text NOT NULL
    CONSTRAINT a_fraction_follows_a_point_or_comma CHECK (decimal_sign IN ('.', ',')),
  thousands_sign text
    CONSTRAINT thousands_are_apart_by_a_known_sign CHECK (thousands_sign IN ('.', ',', ' ', '''')),
  -- NULL is YYYY-MM-DD, and RFC 3339 for times.
  date_format text,
  -- Their units and what one of them is, pair by pair: a number, or pack.
  units text[] NOT NULL,
  factors text[] NOT NULL,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  made_by text NOT NULL,
  PRIMARY KEY (source_id, kind, version),
  CONSTRAINT each_of_our_columns_has_one_of_theirs CHECK (cardinality(ours) = cardinality(theirs)),
  CONSTRAINT each_unit_has_a_factor CHECK (cardinality(units) = cardinality(factors)),
  CONSTRAINT a_fraction_and_thousands_have_different_signs CHECK (thousands_sign <> decimal_sign)
);

-- NULL where rows came as the formats have them, or brought their own columns.
ALTER TABLE batch ADD COLUMN mapping_version integer;
ALTER TABLE batch ADD CONSTRAINT a_batch_was_read_with_a_mapping_of_its_source
  FOREIGN KEY (source_id, kind, mapping_version) REFERENCES mapping (source_id, kind, version);
