-- Why:  a run that would come to what is known already is not made: neither one in use, nor one
--       that was refused. Who wants it all the same says so with the request. And whoever helps
--       with a run is handed the numbers of a shard, so that he need not read all histories.
-- Lock: ACCESS EXCLUSIVE on run_request, for a moment: a constant default is not written to rows.
-- Time: under a second on any size.
-- Undo: ALTER TABLE run_request DROP COLUMN is_forced; DROP TABLE shard_task.

-- Whether it is carried out although nothing changed.
ALTER TABLE run_request ADD COLUMN is_forced boolean NOT NULL DEFAULT false;

-- What a shard is fitted from. Not logged, because it can be made again: after a crash of the
-- server the shards without one are fitted by their request's holder.
CREATE UNLOGGED TABLE shard_task (
  request_id integer NOT NULL,
  number integer NOT NULL,
  task bytea NOT NULL,
  PRIMARY KEY (request_id, number),
  FOREIGN KEY (request_id, number) REFERENCES shard ON DELETE CASCADE
);
-- Its numbers are packed already.
ALTER TABLE shard_task ALTER COLUMN task SET STORAGE EXTERNAL;
