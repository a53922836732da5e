-- The last tries to sign in, kept briefly. class: 0 went well; 1 refused, and it is known to whom; 2 refused to somebody
-- who is not known. Each class has room of its own, so that a crowd of strangers pushes out nobody else's. count: so many
-- alike within a moment. kind: the type of the request. outcome: `ok`, or why not. name: what was typed where it names
-- nobody; never a password.
CREATE TABLE tries (
    app     BIGINT NOT NULL,
    class   BIGINT NOT NULL,
    id      BIGINT NOT NULL,
    time    BIGINT NOT NULL,
    count   BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    detail  TEXT,
    name    TEXT,
    user_id BIGINT,
    license BIGINT,
    hwid    TEXT,
    ip      TEXT   NOT NULL,
    PRIMARY KEY (app, class, id)
) {clustered};
CREATE INDEX tries_by_user ON tries (app, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX tries_by_license ON tries (app, license) WHERE license IS NOT NULL;
CREATE INDEX tries_by_time ON tries (time);

-- Whether a program banned the user; nobody noted it of older bans.
ALTER TABLE user_bans ADD COLUMN by_program BIGINT;

-- For finding users by what they paste. A list of devices begins with the first of them, and few users have several.
CREATE INDEX users_by_ip ON users (app, ip {by_bytes}) WHERE ip IS NOT NULL;
CREATE INDEX users_by_device ON users (app, substr(hwids, 1, 64) {by_bytes}) WHERE hwids IS NOT NULL;
CREATE INDEX users_of_many_devices ON users (app, length(hwids)) WHERE {position}(hwids, '
') > 0;
-- Beginnings of names and keys. SQLite's unique indexes are in this order already.
{postgres} CREATE INDEX users_by_beginning ON users (app, username_folded {by_bytes});
{postgres} CREATE INDEX licenses_by_beginning ON licenses (app, key_folded {by_bytes});
