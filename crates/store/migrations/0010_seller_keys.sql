-- Named seller keys, each with rights, addresses and an end of its own.

-- rights: words with commas between them (domain::SellerRights). addresses: networks with commas between them; empty:
-- any. until, last_used: Unix seconds. last_ip: from where it was used last.
CREATE TABLE named_keys (
    app         BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    name_folded TEXT   NOT NULL,
    rights      TEXT   NOT NULL,
    addresses   TEXT   NOT NULL,
    until       BIGINT,
    created     BIGINT NOT NULL,
    last_used   BIGINT,
    last_ip     TEXT,
    PRIMARY KEY (app, id)
) {clustered};
CREATE UNIQUE INDEX named_keys_by_name ON named_keys (app, name_folded);

-- The secrets of a key, by their hashes: one, and while it is rotated those before it, which end. hint: the last four
-- characters.
CREATE TABLE key_secrets (
    hash    {bytes} PRIMARY KEY,
    app     BIGINT NOT NULL,
    key_id  BIGINT NOT NULL,
    hint    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT
);
CREATE INDEX key_secrets_by_key ON key_secrets (app, key_id);

-- Until now an application had one key, which may do everything.
INSERT INTO named_keys (app, id, name, name_folded, rights, addresses, created)
    SELECT app, 1, 'main', 'main', 'all', '', MIN(created) FROM seller_keys GROUP BY app;
INSERT INTO key_secrets (hash, app, key_id, hint, created, expires)
    SELECT hash, app, 1, hint, created, expires FROM seller_keys;
INSERT INTO counters (app, name, value) SELECT app, 'named_keys', 1 FROM named_keys;
DROP TABLE seller_keys;

-- Which key asked, for what, what it was answered and how long that took. Requests of older releases have none of it.
ALTER TABLE seller_log ADD COLUMN hint     TEXT NOT NULL DEFAULT '';
ALTER TABLE seller_log ADD COLUMN key_name TEXT NOT NULL DEFAULT '';
ALTER TABLE seller_log ADD COLUMN kind     TEXT NOT NULL DEFAULT '';
ALTER TABLE seller_log ADD COLUMN status   BIGINT;
ALTER TABLE seller_log ADD COLUMN micros   BIGINT;
