-- An entry of the blacklist is there while a reason for it is left. source: 0 by hand, else the number of the user whose
-- ban it is. serial: the order in which reasons came. until: Unix second from which it counts no more.
CREATE TABLE blacklist_reasons (
    app    BIGINT    NOT NULL,
    kind   TEXT      NOT NULL,
    value  {id_text} NOT NULL,
    source BIGINT    NOT NULL,
    serial BIGINT    NOT NULL,
    reason TEXT      NOT NULL,
    added  BIGINT    NOT NULL,
    until  BIGINT,
    PRIMARY KEY (app, kind, value, source)
) {clustered};
CREATE INDEX blacklist_reasons_by_source ON blacklist_reasons (app, source);
CREATE INDEX blacklist_reasons_by_end ON blacklist_reasons (until) WHERE until IS NOT NULL;

INSERT INTO blacklist_reasons (app, kind, value, source, serial, reason, added)
    SELECT app, kind, value, COALESCE(user_id, 0), 0, reason, added FROM blacklist;
DROP TABLE blacklist;

-- Networks too, from now on.
ALTER TABLE whitelist ADD COLUMN until BIGINT;
CREATE INDEX whitelist_by_end ON whitelist (until) WHERE until IS NOT NULL;
