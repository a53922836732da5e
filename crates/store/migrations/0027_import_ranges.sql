-- Numbers of the licenses that an import makes, for as long as not all of them are there: nobody sees these until then.
ALTER TABLE imports ADD COLUMN first BIGINT;
ALTER TABLE imports ADD COLUMN last BIGINT;
