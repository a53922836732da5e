-- Lists of licenses on their way in. import_rows: what is staged, until a job has made it. imports: when each began, so
-- that one that was given up is found by its age.
CREATE TABLE imports (
    app    BIGINT NOT NULL,
    import BIGINT NOT NULL,
    begun  BIGINT NOT NULL,
    PRIMARY KEY (app, import)
) {clustered};

CREATE TABLE import_rows (
    app      BIGINT NOT NULL,
    import   BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    key      TEXT   NOT NULL,
    duration BIGINT NOT NULL,
    level    TEXT   NOT NULL,
    note     TEXT,
    used_by  TEXT,
    user_id  BIGINT,
    token    TEXT   NOT NULL,
    PRIMARY KEY (app, import, n)
) {clustered};

-- The form with which each person made licenses the last time, as fields of an address.
CREATE TABLE license_forms (
    app    BIGINT NOT NULL,
    person {id_text} NOT NULL,
    form   TEXT   NOT NULL,
    PRIMARY KEY (app, person)
) {clustered};
