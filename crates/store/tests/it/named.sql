INSERT INTO counters VALUES (7, 'users', 5), (8, 'users', 1), (0, 'apps', 8), (0, 'owners', 1);
INSERT INTO owners VALUES (1, 'AAAAAAAAAA', 'Own', 'own', 'seller', NULL, NULL, 5);
INSERT INTO apps VALUES (7, 1, 'Loader', 'loader', CAST('' AS {bytes}), CAST('' AS {bytes}), '{}', 0, 5);
INSERT INTO apps VALUES (8, 1, 'Other', 'other', CAST('' AS {bytes}), CAST('' AS {bytes}), '{}', 0, 5);
INSERT INTO session_generations VALUES (7, 1), (8, 1);
INSERT INTO users (app, id, username, username_folded, password, owner, created, banned) VALUES
    (7, 1, 'Ann', 'ann', 'hash', 'seller', 100, NULL),
    (7, 2, 'ZOË', 'zoë', 'hash', 'seller', 100, 'stolen'),
    (7, 3, 'KEY-É', 'key-é', 'hash', 'seller', 100, 'rude'),
    (7, 4, 'KEY-B', 'key-b', 'hash', 'seller', 100, NULL),
    (7, 5, 'KEY-GONE', 'key-gone', 'hash', 'seller', 100, NULL),
    (8, 1, 'Ann', 'ann', 'hash', 'seller', 100, NULL);
INSERT INTO licenses (app, id, key, key_folded, duration, status, level, genby, gendate, usedon, usedby, banned) VALUES
    (7, 1, 'ANN-1', 'ann-1', 60, 'Used', '1', 'seller', 5, 100, 'Ann', NULL),
    (7, 2, 'ANN-OLD', 'ann-old', 60, 'Used', '1', 'seller', 5, 99, 'Ann', NULL),
    (7, 3, 'ZOË-1', 'zoë-1', 60, 'Banned', '1', 'seller', 5, 120, 'ZOË', 'stolen'),
    (7, 4, 'ZOE-OLD', 'zoe-old', 60, 'Used', '1', 'seller', 5, 120, 'zoë', NULL),
    (7, 5, 'KEY-É', 'key-é', 60, 'Used', '1', 'seller', 5, 100, 'KEY-É', NULL),
    (7, 6, 'NOBODY', 'nobody', 60, 'Used', '1', 'seller', 5, 100, 'Gone', NULL),
    (7, 7, 'KEY-B', 'key-b', 60, 'Banned', '1', 'seller', 5, 100, 'KEY-B', ''),
    (7, 8, 'UNUSED', 'unused', 60, 'Banned', '1', 'seller', 5, NULL, NULL, 'stolen'),
    (8, 1, 'ANN-1', 'ann-1', 60, 'Used', '1', 'seller', 5, 100, 'Ann', NULL);
INSERT INTO user_subscriptions (app, user_id, id, subscription, expires, license_key) VALUES
    (7, 1, 1, 'default', 200, 'ANN-1'),
    (7, 5, 1, 'default', 200, 'KEY-GONE');
INSERT INTO tokens (app, token, kind, assigned, banned) VALUES
    (7, 't1', 'user', 'Ann', NULL),
    (7, 't2', 'license', 'ANN-1', NULL),
    (7, 't3', 'user', 'ZOË', 'stolen'),
    (7, 't4', 'license', 'ZOË-1', 'stolen'),
    (7, 't5', 'user', 'KEY-É', 'the token'),
    (7, 't6', 'user', 'Somebody', NULL);
INSERT INTO chat_channels VALUES (7, 'talk', 0);
INSERT INTO chat_messages (app, channel, id, user_id, author, message, sent) VALUES
    (7, 'talk', 1, 1, 'Ann', 'hi', 100),
    (7, 'talk', 2, 3, 'KEY-É', 'hi', 100),
    (7, 'talk', 3, 99, 'NOBODY', 'hi', 100),
    (7, 'talk', 4, 5, 'KEY-GONE', 'hi', 100);
