-- What the rest of the Seller API needs.

-- Unix second from which the user may ask for a reset of the devices again.
ALTER TABLE users ADD COLUMN cooldown BIGINT;

-- Buttons of the web loader.
CREATE TABLE buttons (
    app   BIGINT NOT NULL,
    value TEXT   NOT NULL,
    label TEXT   NOT NULL,
    PRIMARY KEY (app, value)
) {clustered};

-- Accounts that an owner has made for an application. role: reseller, manager. Names are unique in the whole server,
-- since people sign in with them.
CREATE TABLE accounts (
    id              BIGINT PRIMARY KEY,
    app             BIGINT NOT NULL,
    role            TEXT   NOT NULL,
    username        TEXT   NOT NULL,
    username_folded TEXT   NOT NULL UNIQUE,
    email_hash      TEXT   NOT NULL UNIQUE,
    password        TEXT   NOT NULL,
    key_levels      TEXT   NOT NULL,
    permissions     BIGINT NOT NULL,
    balance_day         BIGINT NOT NULL DEFAULT 0,
    balance_week        BIGINT NOT NULL DEFAULT 0,
    balance_month       BIGINT NOT NULL DEFAULT 0,
    balance_three_month BIGINT NOT NULL DEFAULT 0,
    balance_six_month   BIGINT NOT NULL DEFAULT 0,
    balance_lifetime    BIGINT NOT NULL DEFAULT 0,
    balance_year        BIGINT NOT NULL DEFAULT 0,
    created         BIGINT NOT NULL
);
CREATE INDEX accounts_by_app ON accounts (app);

-- Who changed what. actor: the last four characters of a seller key.
CREATE TABLE audit (
    app     BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    actor   TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    target  TEXT   NOT NULL,
    ip      TEXT   NOT NULL,
    changes TEXT   NOT NULL,
    PRIMARY KEY (app, id)
) {clustered};

-- Requests to the Seller API, without secrets.
CREATE TABLE seller_log (
    app  BIGINT NOT NULL,
    id   BIGINT NOT NULL,
    time BIGINT NOT NULL,
    ip   TEXT   NOT NULL,
    url  TEXT   NOT NULL,
    PRIMARY KEY (app, id)
) {clustered};

-- Changes of very many rows, decided and not yet finished; see src/bulk.rs.
CREATE TABLE bulk_jobs (
    app     BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    value   TEXT   NOT NULL,
    amount  BIGINT NOT NULL,
    flag    BIGINT NOT NULL,
    decided BIGINT NOT NULL,
    upto    BIGINT NOT NULL,
    done    BIGINT NOT NULL,
    PRIMARY KEY (app, id)
) {clustered};
