-- What owners want to be told of, and what they were told.

-- `sealed` is what was chosen, encrypted, since it holds an e-mail address and a secret. `checked` is the Unix second in
-- which it was looked last whether there is something to tell.
CREATE TABLE notices (
    app     BIGINT PRIMARY KEY,
    sealed  {bytes} NOT NULL,
    checked BIGINT NOT NULL DEFAULT 0
);
-- When an event was told last, and up to where it was looked at.
CREATE TABLE notice_marks (
    app   BIGINT NOT NULL,
    event TEXT   NOT NULL,
    told  BIGINT NOT NULL DEFAULT 0,
    mark  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (app, event)
) {clustered};
-- Messages: `due` is the Unix second of the next try; NULL: it arrived, or was given up.
CREATE TABLE notice_messages (
    app     BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    owner   BIGINT NOT NULL,
    event   TEXT   NOT NULL,
    way     TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    body    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    tries   BIGINT NOT NULL DEFAULT 0,
    due     BIGINT,
    arrived BIGINT,
    failure TEXT,
    PRIMARY KEY (app, id)
) {clustered};
CREATE INDEX notice_messages_by_due ON notice_messages (due) WHERE due IS NOT NULL;
CREATE INDEX notice_messages_by_owner ON notice_messages (owner, created);
