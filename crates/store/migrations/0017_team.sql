-- The owners' team: accounts that rest, links for a password, what a reseller may do with what it made, and a journal of
-- each balance.

-- Unix second since which the account may not sign in; none: it may. rights: what a reseller may do with its own licenses
-- and their users, as bits.
ALTER TABLE accounts ADD COLUMN suspended BIGINT;
ALTER TABLE accounts ADD COLUMN rights BIGINT NOT NULL DEFAULT 0;

-- Whose password it sets, where it is an account rather than an owner.
ALTER TABLE people_invitations ADD COLUMN account BIGINT;

-- When the person asked for a page last, to the minute.
ALTER TABLE people ADD COLUMN seen BIGINT;

-- Number of the account that made the license, and of the one that banned it.
ALTER TABLE licenses ADD COLUMN maker BIGINT;
ALTER TABLE licenses ADD COLUMN banned_by BIGINT;
UPDATE licenses SET maker = (
    SELECT accounts.id FROM accounts
    WHERE accounts.app = licenses.app AND accounts.username = licenses.genby AND accounts.created <= licenses.gendate
) WHERE genby IN (SELECT username FROM accounts);
CREATE INDEX licenses_by_maker ON licenses (app, maker, id) WHERE maker IS NOT NULL;
CREATE INDEX licenses_by_maker_user ON licenses (app, maker, user_id) WHERE maker IS NOT NULL AND user_id IS NOT NULL;

-- What balances were, and why they changed: their sums are the balances. kind: opening (what was there when the journal
-- began), given, taken, spent. actor: who did it. detail: by which way, or of which level. first, last: numbers of the
-- licenses that were paid for.
CREATE TABLE balance_journal (
    app         BIGINT NOT NULL,
    account     BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    time        BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    actor       TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    first       BIGINT,
    last        BIGINT,
    day         BIGINT NOT NULL,
    week        BIGINT NOT NULL,
    month       BIGINT NOT NULL,
    three_month BIGINT NOT NULL,
    six_month   BIGINT NOT NULL,
    lifetime    BIGINT NOT NULL,
    year        BIGINT NOT NULL,
    PRIMARY KEY (app, account, id)
) {clustered};
INSERT INTO balance_journal (app, account, id, time, kind, actor, detail, day, week, month, three_month, six_month,
        lifetime, year)
    SELECT app, id, 0, created, 'opening', '', '', balance_day, balance_week, balance_month, balance_three_month,
        balance_six_month, balance_lifetime, balance_year
    FROM accounts
    WHERE balance_day <> 0 OR balance_week <> 0 OR balance_month <> 0 OR balance_three_month <> 0
        OR balance_six_month <> 0 OR balance_lifetime <> 0 OR balance_year <> 0;
