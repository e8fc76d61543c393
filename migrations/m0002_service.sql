-- Why:  the always-on service: who may call it, when it trains, what it flags, whom it mails, and
--       prices as a kind of fact.
-- Lock: short ACCESS EXCLUSIVE on nothing that holds data; only tables are created.
-- Time: under a second on any size.
-- Undo: DROP TABLE mail_message, planner, flag, run_request, schedule, audit, api_key, price.

-- A key is shown once and stored as its SHA-256 only.
CREATE TABLE api_key (
  key_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest bytea NOT NULL CONSTRAINT a_key_is_known_by_its_sha_256 UNIQUE
    CHECK (octet_length(digest) = 32),
  scope text NOT NULL CONSTRAINT a_scope_is_known CHECK (scope IN ('sync', 'read', 'admin')),
  -- Whose key it is: the source of a sync key, otherwise a name.
  client code NOT NULL,
  region code,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  revoked_at timestamptz,
  CONSTRAINT a_read_key_has_a_region CHECK ((scope = 'read') = (region IS NOT NULL))
);
CREATE INDEX api_key_by_client ON api_key (scope, client) WHERE revoked_at IS NULL;

-- Every change a person or key made to how the deployment works. Append-only.
CREATE TABLE audit (
  audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL
);

CREATE TABLE schedule (
  schedule_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name code NOT NULL CONSTRAINT a_schedule_has_one_name UNIQUE,
  cron text NOT NULL,
  -- NULL takes the deployment's zone.
  time_zone text,
  paused boolean NOT NULL DEFAULT false,
  -- Slots up to here were dealt with.
  considered_through timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO schedule (name, cron) VALUES ('daily', '30 6 * * *');

-- A wish for a run: of a schedule's slot, or of a person. One row per slot, so that a slot takes
-- effect once, however many instances are up.
CREATE TABLE run_request (
  request_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_id integer REFERENCES schedule,
  slot timestamptz,
  -- Earlier slots that were missed and that this one stands for.
  missed_slots integer NOT NULL DEFAULT 0,
  as_of date,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'waiting'
    CONSTRAINT a_request_waits_runs_or_has_ended
    CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  -- Raised with every claim: an effect of an earlier holder is refused.
  token integer NOT NULL DEFAULT 0,
  holder text,
  lease_until timestamptz,
  run_id integer REFERENCES run,
  failure text,
  ended_at timestamptz,
  CONSTRAINT a_slot_is_requested_once UNIQUE (schedule_id, slot)
);
CREATE INDEX run_request_open ON run_request (request_id) WHERE state IN ('waiting', 'running');

-- An abnormal prediction or a region that cannot be predicted, in the transaction of its run.
CREATE TABLE flag (
  flag_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id integer NOT NULL REFERENCES run ON DELETE CASCADE,
  rule text NOT NULL,
  severity text NOT NULL
    CONSTRAINT a_severity_is_known CHECK (severity IN ('info', 'warning', 'critical')),
  region code,
  node_id integer REFERENCES node,
  expected double precision,
  found double precision,
  message text NOT NULL,
  raised_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX flag_by_run ON flag (run_id, region);

CREATE TABLE planner (
  address text COLLATE "C" NOT NULL,
  region code NOT NULL,
  added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (address, region)
);

-- The outbox: a row in the transaction of what it tells, delivered afterwards.
CREATE TABLE mail_message (
  message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The Message-ID header, fixed here so that a message sent twice is seen to be one.
  header_id text NOT NULL CONSTRAINT a_message_has_one_header_id UNIQUE,
  run_id integer REFERENCES run ON DELETE SET NULL,
  region code,
  recipient text COLLATE "C" NOT NULL,
  subject text NOT NULL,
  text_body text NOT NULL,
  html_body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'queued'
    CONSTRAINT a_message_is_queued_sent_or_refused CHECK (state IN ('queued', 'sent', 'refused')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_failure text,
  sent_at timestamptz,
  CONSTRAINT a_recipient_is_told_of_a_run_once UNIQUE (run_id, region, recipient)
);
CREATE INDEX mail_message_queued ON mail_message (next_attempt_at) WHERE state = 'queued';

-- A price holds from a day on, everywhere or for a region or a location.
CREATE TABLE price (
  item_id integer NOT NULL REFERENCES item,
  location_id integer REFERENCES location,
  region code,
  from_day date NOT NULL,
  price numeric NOT NULL CONSTRAINT a_price_is_not_negative CHECK (price >= 0),
  promotion boolean NOT NULL DEFAULT false,
  revision bigint,
  batch_id integer NOT NULL REFERENCES batch,
  CONSTRAINT a_price_begins_once_per_day_and_scope
    UNIQUE NULLS NOT DISTINCT (item_id, location_id, region, from_day)
);
