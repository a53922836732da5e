-- Guesses that failed, by what was guessed, and tries that were refused since too many had.

ALTER TABLE activity ADD COLUMN passwords BIGINT NOT NULL DEFAULT 0;
ALTER TABLE activity ADD COLUMN licenses BIGINT NOT NULL DEFAULT 0;
ALTER TABLE activity ADD COLUMN codes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE activity ADD COLUMN paused BIGINT NOT NULL DEFAULT 0;
