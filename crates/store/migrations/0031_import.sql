-- Taking over what another server had: how far each table of an export is, by the digest of the export, so that the same one
-- makes nothing twice and goes on where it was cut off.
CREATE TABLE takeovers (
    app    BIGINT    NOT NULL,
    source {id_text} NOT NULL,
    name   TEXT      NOT NULL,
    upto   BIGINT    NOT NULL,
    time   BIGINT    NOT NULL,
    PRIMARY KEY (app, source, name)
) {clustered};

-- Users (kind `user`) and licenses (`license`) that were made of an export, as long as it is being taken: only these get what
-- the export says of them.
CREATE TABLE takeover_rows (
    app    BIGINT    NOT NULL,
    kind   TEXT      NOT NULL,
    id     BIGINT    NOT NULL,
    source {id_text} NOT NULL,
    PRIMARY KEY (app, kind, id)
) {clustered};
