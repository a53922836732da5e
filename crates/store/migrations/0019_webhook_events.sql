-- What came of messages to applications' addresses (room 0) and of calls to webhooks (room 1); the newest of each.
CREATE TABLE webhook_events (
    app     BIGINT NOT NULL,
    room    BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    webhook TEXT,
    target  TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    status  BIGINT,
    reason  TEXT,
    took_ms BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    request TEXT,
    reply   TEXT,
    PRIMARY KEY (app, room, id)
) {clustered};
