-- What the rest of the Client API needs.

-- Two-factor sign-in. Secrets are encrypted under the master key; a step is used once.
ALTER TABLE users ADD COLUMN totp_secret {bytes};
ALTER TABLE users ADD COLUMN totp_step BIGINT;
ALTER TABLE users ADD COLUMN totp_pending {bytes};
ALTER TABLE users ADD COLUMN totp_pending_until BIGINT;
-- The user may log in from any device, whatever the application's rule.
ALTER TABLE users ADD COLUMN any_device BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_by_email ON users (app, email_hash) WHERE email_hash IS NOT NULL;
CREATE INDEX licenses_by_user ON licenses (app, usedby) WHERE usedby IS NOT NULL;

-- In the order of making: programs look at the first one that a user has.
ALTER TABLE subscriptions ADD COLUMN id BIGINT NOT NULL DEFAULT 0;

-- Variables of an application.
CREATE TABLE variables (
    app    BIGINT NOT NULL,
    name   TEXT   NOT NULL,
    value  TEXT   NOT NULL,
    authed BIGINT NOT NULL,
    PRIMARY KEY (app, name)
) {clustered};

CREATE TABLE user_variables (
    app       BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    value     TEXT   NOT NULL,
    read_only BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (app, user_id, name)
) {clustered};

CREATE TABLE chat_channels (
    app   BIGINT NOT NULL,
    name  TEXT   NOT NULL,
    delay BIGINT NOT NULL,
    PRIMARY KEY (app, name)
) {clustered};

CREATE TABLE chat_messages (
    app     BIGINT NOT NULL,
    channel TEXT   NOT NULL,
    id      BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    author  TEXT   NOT NULL,
    message TEXT   NOT NULL,
    sent    BIGINT NOT NULL,
    PRIMARY KEY (app, channel, id)
) {clustered};

CREATE TABLE chat_mutes (
    app     BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    until   BIGINT NOT NULL,
    PRIMARY KEY (app, user_id)
) {clustered};

-- What programs wrote with `log`.
CREATE TABLE logs (
    app        BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    written    BIGINT NOT NULL,
    credential TEXT,
    pc_user    TEXT,
    message    TEXT   NOT NULL,
    PRIMARY KEY (app, id)
) {clustered};

-- kind: ip, hwid. user_id: whose ban added it.
CREATE TABLE blacklist (
    app    BIGINT NOT NULL,
    kind   TEXT   NOT NULL,
    value  TEXT   NOT NULL,
    reason TEXT   NOT NULL,
    added  BIGINT NOT NULL,
    user_id BIGINT,
    PRIMARY KEY (app, kind, value)
) {clustered};

CREATE TABLE whitelist (
    app   BIGINT NOT NULL,
    ip    TEXT   NOT NULL,
    added BIGINT NOT NULL,
    PRIMARY KEY (app, ip)
) {clustered};

CREATE TABLE webhooks (
    app        BIGINT NOT NULL,
    id         TEXT   NOT NULL,
    url        TEXT   NOT NULL,
    user_agent TEXT   NOT NULL,
    authed     BIGINT NOT NULL,
    PRIMARY KEY (app, id)
) {clustered};

-- With a `url`, the content is fetched from there; else it is in the folder of files.
CREATE TABLE files (
    app      BIGINT NOT NULL,
    id       TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    url      TEXT,
    size     BIGINT NOT NULL,
    uploaded BIGINT NOT NULL,
    authed   BIGINT NOT NULL,
    PRIMARY KEY (app, id)
) {clustered};

-- Of the token system; one for each license (kind `license`) and each user (kind `user`).
CREATE TABLE tokens (
    app      BIGINT NOT NULL,
    token    TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    assigned TEXT   NOT NULL,
    banned   TEXT,
    hash     TEXT,
    PRIMARY KEY (app, token)
) {clustered};
CREATE UNIQUE INDEX tokens_by_assigned ON tokens (app, kind, assigned);

-- Links that let a user choose a new password; only a hash is kept.
CREATE TABLE password_resets (
    hash    {bytes} PRIMARY KEY,
    app     BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX password_resets_by_user ON password_resets (app, user_id);

-- Short-lived values that log a user in once, in place of the password; only a hash is kept.
CREATE TABLE login_tokens (
    hash    {bytes} PRIMARY KEY,
    app     BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX login_tokens_by_user ON login_tokens (app, user_id);

-- Messages on their way to the address that an application's settings name.
CREATE TABLE deliveries (
    id       BIGINT PRIMARY KEY,
    app      BIGINT NOT NULL,
    url      TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    attempts BIGINT NOT NULL,
    due      BIGINT NOT NULL
);
CREATE INDEX deliveries_by_due ON deliveries (due);
