-- Seconds that the license brought to its user, where its duration was changed since and the user's time was not.
ALTER TABLE licenses ADD COLUMN brought BIGINT;
