-- Until when (Unix milliseconds) a node sends an application's messages; none: nobody does. Whoever wants them tried at once
-- must leave that turn alone, or they would be sent twice.
ALTER TABLE delivery_turns ADD COLUMN claimed BIGINT;

-- Until when (Unix seconds) a node puts another content in the place of a file's; none: nobody does.
ALTER TABLE files ADD COLUMN replacing BIGINT;
