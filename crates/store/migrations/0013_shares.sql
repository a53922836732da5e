-- Rooms of the log, and turns for messages to webhooks.

-- Lines of sessions in which nobody is signed in have room of their own, so that strangers push nothing out. `place` is
-- the number of a line in its room.
ALTER TABLE logs ADD COLUMN anonymous BIGINT NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
UPDATE logs SET place = id, anonymous = CASE WHEN credential IS NULL THEN 1 ELSE 0 END;
INSERT INTO counters (app, name, value) SELECT app, 'log_lines', value FROM counters WHERE name = 'logs';
INSERT INTO counters (app, name, value) SELECT app, 'log_lines_anonymous', value FROM counters WHERE name = 'logs';
CREATE INDEX logs_by_place ON logs (app, anonymous, place);

-- The turns of applications. Messages wait for their application's turn, and go where it leads to.
-- due: Unix milliseconds of the next turn; none while nothing waits. failures: turns in a row that failed.
-- hour: Unix second in which the current hour began; anonymous: messages of strangers in it; more: those left out.
CREATE TABLE delivery_turns (
    app       BIGINT PRIMARY KEY,
    owner     BIGINT NOT NULL,
    url       TEXT   NOT NULL,
    waiting   BIGINT NOT NULL DEFAULT 0,
    due       BIGINT,
    failures  BIGINT NOT NULL DEFAULT 0,
    hour      BIGINT NOT NULL DEFAULT 0,
    anonymous BIGINT NOT NULL DEFAULT 0,
    more      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX delivery_turns_by_due ON delivery_turns (due) WHERE due IS NOT NULL;
CREATE INDEX delivery_turns_by_hour ON delivery_turns (hour) WHERE more > 0;
INSERT INTO delivery_turns (app, owner, url, waiting, due)
    SELECT d.app, a.owner, MAX(d.url), COUNT(*), MIN(d.due) * 1000
    FROM deliveries d JOIN apps a ON a.id = d.app GROUP BY d.app, a.owner;

ALTER TABLE deliveries ADD COLUMN anonymous BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN written BIGINT NOT NULL DEFAULT 0;
UPDATE deliveries SET written = due, attempts = 0;
DROP INDEX deliveries_by_due;
ALTER TABLE deliveries DROP COLUMN due;
ALTER TABLE deliveries DROP COLUMN url;
CREATE INDEX deliveries_by_app ON deliveries (app, anonymous, id);
