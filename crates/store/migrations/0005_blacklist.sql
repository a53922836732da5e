-- An entry of the blacklist is there while a reason for it is left. source: 0 by hand, else the number of the user whose
-- ban it is. license: the license along with which that user was banned, else 0. serial: the order in which reasons came.
-- until: Unix second from which it counts no more.
CREATE TABLE blacklist_reasons (
    app     BIGINT    NOT NULL,
    kind    TEXT      NOT NULL,
    value   {id_text} NOT NULL,
    source  BIGINT    NOT NULL,
    license BIGINT    NOT NULL DEFAULT 0,
    serial  BIGINT    NOT NULL,
    reason  TEXT      NOT NULL,
    added   BIGINT    NOT NULL,
    until   BIGINT,
    PRIMARY KEY (app, kind, value, source, license)
) {clustered};
CREATE INDEX blacklist_reasons_by_source ON blacklist_reasons (app, source);
CREATE INDEX blacklist_reasons_by_end ON blacklist_reasons (until) WHERE until IS NOT NULL;

INSERT INTO blacklist_reasons (app, kind, value, source, serial, reason, added)
    SELECT app, kind, value, COALESCE(user_id, 0), 0, reason, added FROM blacklist;
-- A row named one ban only. Where other banned users have the same device or address, their bans are reasons as well.
WITH RECURSIVE bound (app, user_id, reason, kind, value, rest) AS (
    SELECT app, id, banned, 'ip', ip, '' FROM users WHERE banned IS NOT NULL AND ip IS NOT NULL
    UNION ALL
    SELECT app, id, banned, 'hwid', '', hwids || '
' FROM users WHERE banned IS NOT NULL AND hwids IS NOT NULL
    UNION ALL
    SELECT app, user_id, reason, kind, substr(rest, 1, {position}(rest, '
') - 1), substr(rest, {position}(rest, '
') + 1) FROM bound WHERE rest <> ''
)
INSERT INTO blacklist_reasons (app, kind, value, source, serial, reason, added)
    SELECT DISTINCT b.app, b.kind, b.value, bound.user_id, 0, bound.reason, b.added
    FROM bound JOIN blacklist b ON b.app = bound.app AND b.kind = bound.kind AND b.value = bound.value
    WHERE b.user_id <> bound.user_id;
DROP TABLE blacklist;

-- The address of whoever called `activate` is nobody's. Who has logged in since has an address of their own.
UPDATE users SET ip = NULL
WHERE last_login = created AND (app, ip) IN (SELECT app, ip FROM audit WHERE action = 'activate');

-- Networks too, from now on.
ALTER TABLE whitelist ADD COLUMN until BIGINT;
CREATE INDEX whitelist_by_end ON whitelist (until) WHERE until IS NOT NULL;
