-- Backups: which one succeeded last, why the last try after it failed, and which node makes the next one. One row.

-- made: Unix second as of which the backup holds the data. place: where it was written, without secrets. claimed: Unix
-- second until which a node makes one; 0: nobody.
CREATE TABLE backup_state (
    id       BIGINT PRIMARY KEY,
    made     BIGINT,
    name     TEXT   NOT NULL DEFAULT '',
    place    TEXT   NOT NULL DEFAULT '',
    bytes    BIGINT NOT NULL DEFAULT 0,
    failed   BIGINT,
    failure  TEXT,
    tried    BIGINT NOT NULL DEFAULT 0,
    claimed  BIGINT NOT NULL DEFAULT 0,
    claimant TEXT   NOT NULL DEFAULT ''
);
INSERT INTO backup_state (id) VALUES (1);
