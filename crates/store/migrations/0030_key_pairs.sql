-- Key pairs that signed for an application before, for programs that were built with one.

-- How often the application got another key pair.
ALTER TABLE apps ADD COLUMN key_pair BIGINT NOT NULL DEFAULT 0;
-- `versions` is a JSON list of the programs' versions that were built with it. `replaced` is the millisecond since 1970 from
-- which the next one is the newest; `until` the Unix second from which this one signs no more.
CREATE TABLE former_key_pairs (
    app      BIGINT  NOT NULL,
    number   BIGINT  NOT NULL,
    sealed   {bytes} NOT NULL,
    versions TEXT    NOT NULL,
    replaced BIGINT  NOT NULL,
    until    BIGINT,
    PRIMARY KEY (app, number)
) {clustered};
