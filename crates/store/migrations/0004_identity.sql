-- Rows that mean a user hold the user's number; names stay for showing. A user's ban knows why it is there.

-- For this migration only: names and keys are compared as they are written here, since SQLite folds ASCII alone. With
-- `created`, all that is compared is in the index: else SQLite would go through all users for each license.
CREATE INDEX users_by_spelling ON users (app, username, created);
CREATE INDEX licenses_by_spelling ON licenses (app, key);

-- Who used it; `usedby` is the user's name at that time. A license that was used before its user was made was used by
-- somebody else of that name, who is gone.
ALTER TABLE licenses ADD COLUMN user_id BIGINT;
UPDATE licenses SET user_id = (
    SELECT u.id FROM users u
    WHERE u.app = licenses.app AND u.username = licenses.usedby AND u.created <= licenses.usedon
) WHERE usedby IS NOT NULL;
DROP INDEX licenses_by_user;
CREATE INDEX licenses_by_user ON licenses (app, user_id) WHERE user_id IS NOT NULL;

-- The license whose key is the user's name: it is all that such a user signs in with.
ALTER TABLE users ADD COLUMN by_license BIGINT;
UPDATE users SET by_license = (
    SELECT l.id FROM licenses l WHERE l.app = users.app AND l.key_folded = users.username_folded
) WHERE EXISTS (
    SELECT 1 FROM licenses l
    WHERE l.app = users.app AND l.key_folded = users.username_folded AND l.user_id = users.id
);
-- 0: of a license that is deleted. Its key, which the subscription tells, is still what the user signs in with.
UPDATE users SET by_license = 0 WHERE by_license IS NULL AND EXISTS (
    SELECT 1 FROM user_subscriptions s
    WHERE s.app = users.app AND s.user_id = users.id AND s.license_key = users.username
);

-- Whose it is: the number of the license or the user. `assigned` is for showing.
ALTER TABLE tokens ADD COLUMN owner BIGINT;
UPDATE tokens SET owner = (
    SELECT u.id FROM users u WHERE u.app = tokens.app AND u.username = tokens.assigned
) WHERE kind = 'user';
UPDATE tokens SET owner = (
    SELECT l.id FROM licenses l WHERE l.app = tokens.app AND l.key = tokens.assigned
) WHERE kind = 'license';
DROP INDEX tokens_by_assigned;
CREATE UNIQUE INDEX tokens_by_owner ON tokens (app, kind, owner);
-- A token is refused along with its license or user; `banned` is what was said of the token itself.
UPDATE tokens SET banned = NULL WHERE kind = 'user' AND banned IS NOT NULL AND banned = (
    SELECT u.banned FROM users u WHERE u.app = tokens.app AND u.id = tokens.owner
);
UPDATE tokens SET banned = NULL WHERE kind = 'license' AND banned IS NOT NULL AND banned = (
    SELECT l.banned FROM licenses l WHERE l.app = tokens.app AND l.id = tokens.owner
);

-- An empty author: somebody who signs in by license, whose key is nothing for others.
UPDATE chat_messages SET author = '' WHERE EXISTS (
    SELECT 1 FROM licenses l WHERE l.app = chat_messages.app AND l.key = chat_messages.author
) OR EXISTS (
    SELECT 1 FROM users u WHERE u.app = chat_messages.app AND u.id = chat_messages.user_id AND u.by_license IS NOT NULL
);

DROP INDEX users_by_spelling;
DROP INDEX licenses_by_spelling;

-- Why a user is banned. license: the license whose ban it is; 0: by hand, or by a program. id: in the order of the
-- bans. `users.banned` is the reason of the newest one. Before this table nobody noted when.
CREATE TABLE user_bans (
    app       BIGINT NOT NULL,
    user_id   BIGINT NOT NULL,
    license   BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    reason    TEXT   NOT NULL,
    banned_at BIGINT NOT NULL,
    PRIMARY KEY (app, user_id, license)
) {clustered};
-- Who signs in by a banned license is banned with it.
INSERT INTO user_bans (app, user_id, license, id, reason, banned_at)
    SELECT l.app, l.user_id, l.id, 0, COALESCE(l.banned, ''), 0
    FROM licenses l JOIN users u ON u.app = l.app AND u.id = l.user_id
    WHERE l.status = 'Banned' AND (l.banned = u.banned OR (u.banned IS NULL AND u.by_license = l.id));
INSERT INTO user_bans (app, user_id, license, id, reason, banned_at)
    SELECT u.app, u.id, 0, 0, u.banned, 0 FROM users u
    WHERE u.banned IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM user_bans b WHERE b.app = u.app AND b.user_id = u.id);
UPDATE users SET banned = (
    SELECT b.reason FROM user_bans b WHERE b.app = users.app AND b.user_id = users.id
) WHERE banned IS NULL AND EXISTS (SELECT 1 FROM user_bans b WHERE b.app = users.app AND b.user_id = users.id);
