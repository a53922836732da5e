-- What else is known of a request to the Seller API, without secrets: how it was sent, what its body named, what it was
-- told, and the entry of the audit log that it made. Requests of older releases have none of it.
ALTER TABLE seller_log ADD COLUMN method  TEXT NOT NULL DEFAULT '';
ALTER TABLE seller_log ADD COLUMN fields  TEXT NOT NULL DEFAULT '';
ALTER TABLE seller_log ADD COLUMN success BIGINT;
ALTER TABLE seller_log ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE seller_log ADD COLUMN audit   BIGINT;
