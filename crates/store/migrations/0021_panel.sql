-- The customers' panel: pages of an application for its end users.

-- What the application offers there, as JSON; none: nothing. logo: a picture; revision: counts changes, for caches.
CREATE TABLE panels (
    app       BIGINT PRIMARY KEY,
    settings  TEXT   NOT NULL,
    logo      {bytes},
    logo_type TEXT,
    revision  BIGINT NOT NULL
);

-- Browsers in which a user is signed in. hash: of the secret in the cookie. proof: hash of what the user's password was
-- kept as, so that a sign-in ends with the password, whoever changes that.
CREATE TABLE panel_sign_ins (
    app        BIGINT  NOT NULL,
    id         BIGINT  NOT NULL,
    user_id    BIGINT  NOT NULL,
    hash       {bytes} NOT NULL UNIQUE,
    proof      {bytes} NOT NULL,
    began      BIGINT  NOT NULL,
    seen       BIGINT  NOT NULL,
    ip         TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    PRIMARY KEY (app, id)
) {clustered};
CREATE INDEX panel_sign_ins_by_user ON panel_sign_ins (app, user_id);
CREATE INDEX panel_sign_ins_by_seen ON panel_sign_ins (seen);

-- Files that the panel offers, and to whom. subscription: its name; empty: whoever is signed in.
CREATE TABLE panel_downloads (
    app          BIGINT    NOT NULL,
    file         {id_text} NOT NULL,
    subscription TEXT      NOT NULL,
    PRIMARY KEY (app, file, subscription)
) {clustered};
