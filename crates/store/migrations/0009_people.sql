-- People who sign in to the dashboard. kind: owner, account; person: the number in the table of that name.

-- What a person has chosen, and what a sign-in takes besides the password. Times in Unix seconds.
CREATE TABLE people (
    kind         TEXT   NOT NULL,
    person       BIGINT NOT NULL,
    theme        TEXT   NOT NULL DEFAULT 'system',
    time_zone    TEXT,
    -- The application last worked on.
    last_app     BIGINT,
    -- Address of the last sign-in.
    ip           TEXT,
    -- Secret of the two-factor codes, encrypted; the one that is being set up; the step of the last code used.
    totp         {bytes},
    totp_pending {bytes},
    totp_step    BIGINT,
    -- What authenticators know the person by: random, so that it tells them nothing.
    handle       {bytes} UNIQUE,
    PRIMARY KEY (kind, person)
);

-- Browsers that are signed in. hash: of the secret in the cookie. proved: when credentials were last shown.
CREATE TABLE people_sign_ins (
    id         BIGINT  PRIMARY KEY,
    hash       {bytes} NOT NULL UNIQUE,
    kind       TEXT    NOT NULL,
    person     BIGINT  NOT NULL,
    began      BIGINT  NOT NULL,
    seen       BIGINT  NOT NULL,
    proved     BIGINT  NOT NULL,
    ip         TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    factors    TEXT    NOT NULL
);
CREATE INDEX people_sign_ins_by_person ON people_sign_ins (kind, person);

-- Sign-ins, failures and changes of credentials.
CREATE TABLE people_log (
    kind       TEXT   NOT NULL,
    person     BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    time       BIGINT NOT NULL,
    event      TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    ip         TEXT   NOT NULL,
    user_agent TEXT   NOT NULL,
    PRIMARY KEY (kind, person, id)
) {clustered};

-- Codes that stand in for a lost second factor, each once; under a hash that only holders of the master key can make.
CREATE TABLE people_recovery_codes (
    kind   TEXT   NOT NULL,
    person BIGINT NOT NULL,
    hash   TEXT   NOT NULL,
    PRIMARY KEY (kind, person, hash)
) {clustered};

-- credential: the authenticator's name for it. public_key: with what does not change; state: what may change at each use.
CREATE TABLE people_passkeys (
    id         BIGINT  PRIMARY KEY,
    credential {bytes} NOT NULL UNIQUE,
    kind       TEXT    NOT NULL,
    person     BIGINT  NOT NULL,
    name       TEXT    NOT NULL,
    public_key {bytes} NOT NULL,
    state      {bytes} NOT NULL,
    created    BIGINT  NOT NULL,
    used       BIGINT
);
CREATE INDEX people_passkeys_by_person ON people_passkeys (kind, person);

-- Forms that were used and must not be again. hash: of what the form held; they end soon.
CREATE TABLE people_used (
    hash    {bytes} PRIMARY KEY,
    expires BIGINT  NOT NULL
);

-- Links that work once. owner: whose password it sets; none: it makes the server's first owner.
-- drop_factors: two-factor sign-in and passkeys end with it.
CREATE TABLE people_invitations (
    hash         {bytes} PRIMARY KEY,
    owner        BIGINT,
    drop_factors BIGINT  NOT NULL,
    created      BIGINT  NOT NULL,
    expires      BIGINT  NOT NULL
);
