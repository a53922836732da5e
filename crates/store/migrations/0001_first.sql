-- Every key starts with the application, so that the tables can be spread by it.
-- {bytes}, {id_text} and {clustered} are replaced for each database; see src/db/migrate.rs.
-- Flags are 0 or 1; times are Unix seconds; durations are seconds.

-- Raised by every change of an owner, an application or a seller key: servers read it to renew what they hold.
CREATE TABLE catalog (version BIGINT NOT NULL);
INSERT INTO catalog (version) VALUES (1);

-- Serial numbers, one series per application and name (application 0: of the whole server).
CREATE TABLE counters (
    app   BIGINT NOT NULL,
    name  TEXT   NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (app, name)
);

-- Keys of the server itself, encrypted under the master key.
CREATE TABLE server_keys (
    name  TEXT PRIMARY KEY,
    value {bytes} NOT NULL
);

CREATE TABLE owners (
    id          BIGINT PRIMARY KEY,
    owner_id    TEXT   NOT NULL UNIQUE,
    name        TEXT   NOT NULL,
    name_folded TEXT   NOT NULL UNIQUE,
    role        TEXT   NOT NULL,
    role_until  BIGINT,
    password    TEXT,
    created     BIGINT NOT NULL
);

CREATE TABLE apps (
    id          BIGINT PRIMARY KEY,
    owner       BIGINT NOT NULL REFERENCES owners (id),
    name        TEXT   NOT NULL,
    name_folded TEXT   NOT NULL,
    secret      {bytes} NOT NULL,
    signing_key {bytes} NOT NULL,
    settings    TEXT   NOT NULL,
    banned      BIGINT NOT NULL DEFAULT 0,
    created     BIGINT NOT NULL,
    UNIQUE (owner, name_folded)
);

CREATE TABLE seller_keys (
    hash    {bytes} PRIMARY KEY,
    app     BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    hint    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT
);
CREATE INDEX seller_keys_by_app ON seller_keys (app);

-- Narrow, and apart from `apps`: every look-up of a session reads it.
CREATE TABLE session_generations (
    app        BIGINT PRIMARY KEY,
    generation BIGINT NOT NULL
);

-- A session counts only while its generation is its application's. Ids sort by creation.
CREATE TABLE sessions (
    app        BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    id         {id_text} NOT NULL,
    expires    BIGINT NOT NULL,
    api        BIGINT NOT NULL,
    ip         TEXT   NOT NULL,
    enckey     TEXT,
    user_id    BIGINT,
    credential TEXT,
    PRIMARY KEY (app, generation, id)
) {clustered};
CREATE INDEX sessions_by_user ON sessions (app, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE users (
    app             BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    username        TEXT   NOT NULL,
    username_folded TEXT   NOT NULL,
    password        TEXT,
    hwids           TEXT,
    email_hash      TEXT,
    ip              TEXT,
    owner           TEXT   NOT NULL,
    created         BIGINT NOT NULL,
    last_login      BIGINT,
    banned          TEXT,
    PRIMARY KEY (app, id)
) {clustered};
CREATE UNIQUE INDEX users_by_name ON users (app, username_folded);

CREATE TABLE licenses (
    app        BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    key        TEXT   NOT NULL,
    key_folded TEXT   NOT NULL,
    note       TEXT,
    duration   BIGINT NOT NULL,
    status     TEXT   NOT NULL,
    level      TEXT   NOT NULL,
    genby      TEXT   NOT NULL,
    gendate    BIGINT NOT NULL,
    usedon     BIGINT,
    usedby     TEXT,
    banned     TEXT,
    PRIMARY KEY (app, id)
) {clustered};
CREATE UNIQUE INDEX licenses_by_key ON licenses (app, key_folded);

-- What an application offers: a name for each level of license.
CREATE TABLE subscriptions (
    app   BIGINT NOT NULL,
    name  TEXT   NOT NULL,
    level TEXT   NOT NULL,
    PRIMARY KEY (app, name)
) {clustered};

-- What a user has.
CREATE TABLE user_subscriptions (
    app          BIGINT NOT NULL,
    user_id      BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    subscription TEXT   NOT NULL,
    expires      BIGINT NOT NULL,
    license_key  TEXT,
    paused       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (app, user_id, id)
) {clustered};
