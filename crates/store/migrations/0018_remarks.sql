-- What a vendor writes about users, for nobody else to see: names of devices, and a note.
CREATE TABLE device_names (
    app     BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    device  {id_text} NOT NULL,
    name    TEXT   NOT NULL,
    PRIMARY KEY (app, user_id, device)
) {clustered};

CREATE TABLE user_notes (
    app     BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    note    TEXT   NOT NULL,
    author  TEXT   NOT NULL,
    written BIGINT NOT NULL,
    PRIMARY KEY (app, user_id)
) {clustered};
