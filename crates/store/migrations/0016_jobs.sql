-- Jobs as people watch them: how far each is, and for a day after its end what became of it. What waits is in bulk_jobs.
-- first_row, last_row, at_row: the number before the first row, that of the last one, and where the job is. total: rows in
-- all, where that is known; looked, changed: rows until now. result: an address within the application's pages.
CREATE TABLE jobs (
    app       BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    kind      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    value     TEXT   NOT NULL,
    amount    BIGINT NOT NULL,
    flag      BIGINT NOT NULL,
    begun_by  TEXT   NOT NULL,
    began     BIGINT NOT NULL,
    total     BIGINT,
    first_row BIGINT NOT NULL,
    last_row  BIGINT NOT NULL,
    at_row    BIGINT NOT NULL,
    looked    BIGINT NOT NULL,
    changed   BIGINT NOT NULL,
    tries     BIGINT NOT NULL,
    ended     BIGINT,
    failed    TEXT,
    result    TEXT,
    PRIMARY KEY (app, id)
) {clustered};
CREATE INDEX jobs_by_end ON jobs (ended) WHERE ended IS NOT NULL;
INSERT INTO jobs (app, id, kind, name, value, amount, flag, begun_by, began, first_row, last_row, at_row, looked, changed, tries)
    SELECT app, id, kind, name, value, amount, flag, '', decided, 0, upto, done, 0, 0, 0 FROM bulk_jobs
    WHERE kind <> 'delete_app';
