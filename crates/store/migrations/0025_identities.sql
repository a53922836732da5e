-- What identity providers know people by. claim: subject, which stays; email, until its first use. label: what people know
-- it by.
CREATE TABLE people_identities (
    id      BIGINT PRIMARY KEY,
    issuer  TEXT   NOT NULL,
    claim   TEXT   NOT NULL,
    value   TEXT   NOT NULL,
    label   TEXT   NOT NULL,
    kind    TEXT   NOT NULL,
    person  BIGINT NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (issuer, claim, value)
);
CREATE INDEX people_identities_by_person ON people_identities (kind, person);
