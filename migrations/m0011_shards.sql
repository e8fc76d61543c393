-- Why:  a run's fits are shared among workers, shard by shard; what a worker that went away had
--       begun is done by another, and what it brings too late is refused.
-- Lock: on nothing that holds data; only tables are created.
-- Time: under a second on any size.
-- Undo: DROP TABLE shard, run_work; DROP SEQUENCE shard_token.

-- What the request under way is fitted from, so that any worker can make the same work of it. Gone
-- when the request ends.
CREATE TABLE run_work (
  request_id integer PRIMARY KEY REFERENCES run_request ON DELETE CASCADE,
  dataset_version bigint NOT NULL,
  content_digest bytea NOT NULL
    CONSTRAINT a_work_digest_is_a_sha_256 CHECK (octet_length(content_digest) = 32),
  as_of date NOT NULL,
  origin date NOT NULL,
  regions text[] NOT NULL,
  horizon integer NOT NULL,
  method text NOT NULL,
  -- Others would bring other last bits.
  code_version text NOT NULL,
  processor_core text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Tokens of claims never come again, even where shards are cut anew: an answer of an earlier holder
-- finds no shard.
CREATE SEQUENCE shard_token;

CREATE TABLE shard (
  request_id integer NOT NULL REFERENCES run_work ON DELETE CASCADE,
  number integer NOT NULL CONSTRAINT shards_are_numbered_from_0 CHECK (number >= 0),
  -- How many nodes it fits.
  nodes integer NOT NULL,
  state text NOT NULL DEFAULT 'waiting'
    CONSTRAINT a_shard_waits_runs_or_is_done CHECK (state IN ('waiting', 'running', 'done')),
  claims integer NOT NULL DEFAULT 0,
  token bigint,
  holder text,
  lease_until timestamptz,
  answer bytea,
  PRIMARY KEY (request_id, number),
  CONSTRAINT a_shard_has_an_answer_when_it_is_done CHECK ((state = 'done') = (answer IS NOT NULL))
);
