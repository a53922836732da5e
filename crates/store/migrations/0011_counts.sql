-- What happened, counted by minute and by hour.

-- `step` is the length in seconds of what a row counts, 60 or 3600; `began` the Unix second in which that began.
-- `live` is how many sessions lived when they were last counted, by the hour the most of them.
CREATE TABLE activity (
    app      BIGINT NOT NULL,
    step     BIGINT NOT NULL,
    began    BIGINT NOT NULL,
    inits    BIGINT NOT NULL DEFAULT 0,
    sign_ins BIGINT NOT NULL DEFAULT 0,
    refusals BIGINT NOT NULL DEFAULT 0,
    live     BIGINT,
    PRIMARY KEY (app, step, began)
) {clustered};
