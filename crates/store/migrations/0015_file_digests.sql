-- SHA-256 of an upload in hexadecimal digits, for links to it; NULL where it was not asked for yet, and for addresses.
ALTER TABLE files ADD COLUMN sha256 TEXT;
