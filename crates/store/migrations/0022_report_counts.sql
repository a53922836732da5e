-- What happened, counted by day in UTC, for reports. `day` is the Unix second in which it began, for what is counted by
-- the month that of the month. `name` tells apart what is counted, such as a version; empty where there is nothing to.
CREATE TABLE report_counts (
    app   BIGINT NOT NULL,
    kind  TEXT   NOT NULL,
    day   BIGINT NOT NULL,
    name  TEXT   NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (app, kind, day, name)
) {clustered};
