-- Why:  a run that would come to what is known already is not made: neither one in use, nor one
--       that was refused. Who wants it all the same says so with the request.
-- Lock: ACCESS EXCLUSIVE on run_request, for a moment: a constant default is not written to rows.
-- Time: under a second on any size.
-- Undo: ALTER TABLE run_request DROP COLUMN is_forced.

-- Whether it is carried out although nothing changed.
ALTER TABLE run_request ADD COLUMN is_forced boolean NOT NULL DEFAULT false;
