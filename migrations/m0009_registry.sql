-- Why:  a run is stored whole and then published or refused by the gate: with every check, the
--       configuration it was made by, and who published what, when and why.
-- Lock: ACCESS EXCLUSIVE on run, publication and forecast for their columns, without rewriting or
--       reading them.
-- Time: under a second on any size.
-- Undo: DROP TABLE run_check; ALTER TABLE run DROP COLUMN state, DROP COLUMN compared_with,
--       DROP COLUMN configuration_version, DROP COLUMN threads; ALTER TABLE publication
--       DROP COLUMN published_by; ALTER TABLE forecast DROP COLUMN wape; DROP TABLE configuration.
--       Refused runs then look like others that nobody reads.

-- What runs are made by, as a JSON document. Versions count from 1; the newest is in force.
-- Append-only.
CREATE TABLE configuration (
  version integer PRIMARY KEY CONSTRAINT configurations_count_from_1 CHECK (version >= 1),
  document text NOT NULL,
  digest bytea NOT NULL
    CONSTRAINT a_configuration_digest_is_a_sha_256 CHECK (octet_length(digest) = 32),
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  made_by text NOT NULL,
  reason text NOT NULL CONSTRAINT a_configuration_has_a_reason CHECK (reason <> '')
);

-- Published at least once, or refused and never forced.
ALTER TABLE run ADD COLUMN state text NOT NULL DEFAULT 'published'
  CONSTRAINT a_run_is_published_or_refused CHECK (state IN ('published', 'refused'));
-- The champion that it was held against; NULL before the first.
ALTER TABLE run ADD COLUMN compared_with integer REFERENCES run;
-- NULL for runs older than configurations.
ALTER TABLE run ADD COLUMN configuration_version integer REFERENCES configuration;
-- Cores that it was spread over.
ALTER TABLE run ADD COLUMN threads integer
  CONSTRAINT a_run_has_a_thread CHECK (threads >= 1);

-- The gate's checks in their order, the gravest first.
CREATE TABLE run_check (
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  place integer NOT NULL,
  name text NOT NULL,
  region code,
  -- NULL where a check has none; figure is NULL where there was nothing to judge by.
  threshold double precision,
  figure double precision,
  passed boolean NOT NULL,
  finding text NOT NULL,
  PRIMARY KEY (run_id, place)
);

ALTER TABLE publication ADD COLUMN published_by text NOT NULL DEFAULT 'quartermaster';

-- The error of the same configuration from the last weekly origins, in shares of demand; NULL where
-- nothing was sold or history was too short.
ALTER TABLE forecast ADD COLUMN wape double precision
  CONSTRAINT an_error_is_not_negative CHECK (wape >= 0);
