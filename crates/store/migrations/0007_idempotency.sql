-- What `add` made for an event of a shop, so that the same event gets the same licenses again. event, params: SHA-256,
-- as hexadecimal digits.
CREATE TABLE add_events (
    app           BIGINT NOT NULL,
    event         TEXT   NOT NULL,
    id            BIGINT NOT NULL,
    params        TEXT   NOT NULL,
    made          BIGINT NOT NULL,
    first_license BIGINT NOT NULL,
    last_license  BIGINT NOT NULL,
    PRIMARY KEY (app, event)
) {clustered};
CREATE INDEX add_events_by_id ON add_events (app, id);
CREATE INDEX add_events_by_time ON add_events (made);
