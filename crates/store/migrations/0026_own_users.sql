-- Number of the account that made the license which made the user; none: nobody's. Whoever has a key may use it up for any
-- user, so who used a license says nothing about whose user that is.
ALTER TABLE users ADD COLUMN maker BIGINT;
UPDATE users SET maker = (
    SELECT MIN(l.maker) FROM licenses l
    WHERE l.app = users.app AND l.user_id = users.id AND l.maker IS NOT NULL AND l.usedon = users.created
        AND l.genby = users.owner
) WHERE (app, id) IN (SELECT app, user_id FROM licenses WHERE maker IS NOT NULL AND user_id IS NOT NULL);
CREATE INDEX users_by_maker ON users (app, maker, id) WHERE maker IS NOT NULL;
DROP INDEX licenses_by_maker_user;
