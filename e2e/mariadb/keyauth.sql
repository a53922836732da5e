-- The tables of a KeyAuth server as docs/moving-from-keyauth.md names them, with rows that are awkward to dump, and many.
SET NAMES utf8mb4;
SET @shop = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
SET @other = 'ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
-- Of `correct horse`, as PHP makes it.
SET @hash = '$2y$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu';
SET @hwid = 'S-1-5-21-2004336348-1177238915-682003330-1001';

CREATE TABLE accounts (username VARCHAR(65) NOT NULL PRIMARY KEY, role VARCHAR(9), owner VARCHAR(65)) CHARSET=utf8mb4;
INSERT INTO accounts VALUES ('acme', 'seller', NULL), ('rita', 'Reseller', 'acme');

CREATE TABLE apps (
  id INT AUTO_INCREMENT PRIMARY KEY, owner VARCHAR(65) NOT NULL, name VARCHAR(40) NOT NULL, secret VARCHAR(64) NOT NULL,
  ownerid VARCHAR(39) NOT NULL, enabled TINYINT(1) NOT NULL DEFAULT 1, banned BIT(1) NOT NULL DEFAULT b'0',
  paused BIT(1) NOT NULL DEFAULT b'0', hwidcheck INT NOT NULL DEFAULT 1, ver VARCHAR(5) NOT NULL DEFAULT '1.0',
  download VARCHAR(120), sellerkey VARCHAR(32) NOT NULL, loggedInMsg VARCHAR(100) NOT NULL DEFAULT 'Logged in!',
  session INT NOT NULL DEFAULT 21600
) CHARSET=latin1;
INSERT INTO apps (owner, name, secret, ownerid, ver, sellerkey, loggedInMsg) VALUES
  ('acme', 'shop', @shop, 'aB3dE5fG7h', '2.0', '0123456789abcdef0123456789abcdef', 'Déjà vu, ça va\\!'),
  ('other', 'game', @other, 'OOOOOOOOOO', '1.0', '', 'Logged in!');

CREATE TABLE bans (hwid VARCHAR(500), ip VARCHAR(49), type VARCHAR(5), app VARCHAR(64) NOT NULL) CHARSET=utf8mb4;
INSERT INTO bans VALUES (NULL, '198.51.100.7', 'ip', @shop), ('banned device', NULL, 'hwid', @shop);

CREATE TABLE chats (name VARCHAR(50), delay INT, app VARCHAR(64)) CHARSET=utf8mb4;
CREATE TABLE chatmsgs (
  id INT AUTO_INCREMENT PRIMARY KEY, author VARCHAR(70), message VARCHAR(2000), timestamp INT, channel VARCHAR(50),
  app VARCHAR(64)
) CHARSET=utf8mb4;
INSERT INTO chats VALUES ('lobby', 5, @shop);
INSERT INTO chatmsgs (author, message, timestamp, channel, app) VALUES
  ('alice', 'It''s\n"me"; (really) 😀\\', 1700000000, 'lobby', @shop);

CREATE TABLE `keys` (
  id INT AUTO_INCREMENT PRIMARY KEY, `key` VARCHAR(70) COMMENT 'what, (customers) type', note VARCHAR(69),
  expires DECIMAL(20,0), status VARCHAR(49), level VARCHAR(12) NOT NULL DEFAULT '1', genby VARCHAR(65), gendate INT,
  usedon INT, usedby VARCHAR(70), app VARCHAR(64) NOT NULL, banned VARCHAR(99), KEY one (`key`)
) CHARSET=utf8mb4;
INSERT INTO `keys` (`key`, note, expires, status, genby, gendate, usedon, usedby, app, banned) VALUES
  ('SHOP-ALICE', 'für „Alice“ 😀', 864000, 'Used', 'acme', 1700000001, 1700000002, 'alice', @shop, NULL),
  ('SHOP-BAD', NULL, 864000, 'Banned', 'acme', 1700000001, NULL, NULL, @shop, 'charged back'),
  ('GAME-1', NULL, 864000, 'Not Used', 'other', 1700000001, NULL, NULL, @other, NULL);
INSERT INTO `keys` (`key`, expires, status, genby, gendate, app)
  SELECT CONCAT('SHOP-', seq), 864000, 'Not Used', 'acme', 1700000001, @shop FROM seq_1_to_4000;

CREATE TABLE subs (
  id INT AUTO_INCREMENT PRIMARY KEY, user VARCHAR(70), subscription VARCHAR(49), expiry VARCHAR(49), app VARCHAR(64),
  `key` VARCHAR(70), paused BIT(1) NOT NULL DEFAULT b'0'
) CHARSET=utf8mb4;
INSERT INTO subs (user, subscription, expiry, app, `key`, paused) VALUES
  ('alice', 'default', '4000000000', @shop, 'SHOP-ALICE', b'0'), ('Zoë 😀', 'default', '86400', @shop, NULL, b'1');
INSERT INTO subs (user, subscription, expiry, app)
  SELECT CONCAT('user', seq), 'default', '4000000000', @shop FROM seq_1_to_4000;

CREATE TABLE subscriptions (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(49), level VARCHAR(49), app VARCHAR(64)) CHARSET=utf8mb4;
INSERT INTO subscriptions (name, level, app) VALUES ('default', '1', @shop);

CREATE TABLE users (
  id INT AUTO_INCREMENT PRIMARY KEY, username VARCHAR(70) NOT NULL, email VARCHAR(40), password VARBINARY(70),
  hwid TEXT, app VARCHAR(64) NOT NULL, owner VARCHAR(65), createdate DATETIME, lastlogin INT, banned VARCHAR(99),
  ip VARCHAR(49), cooldown INT
) CHARSET=utf8mb4;
INSERT INTO users (username, email, password, hwid, app, owner, createdate, banned) VALUES
  ('alice', SHA1('alice@example.org'), @hash, @hwid, @shop, 'acme', '2023-11-14 22:13:22', NULL),
  ('Zoë 😀', NULL, @hash, NULL, @shop, 'acme', '2023-11-14 22:13:22', NULL),
  ('O''Brien "\\', NULL, @hash, NULL, @shop, 'acme', NULL, 'shares; the\\ account');
INSERT INTO users (username, password, hwid, app, owner)
  SELECT CONCAT('user', seq), @hash, CONCAT(@hwid, '-', seq), @shop, 'acme' FROM seq_1_to_4000;

CREATE TABLE uservars (
  id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(99), data MEDIUMTEXT, user VARCHAR(70), app VARCHAR(64), readOnly BIT(1)
) CHARSET=utf8mb4;
INSERT INTO uservars (name, data, user, app, readOnly) VALUES ('colour', 'röt 😀', 'alice', @shop, b'1');

CREATE TABLE vars (varid VARCHAR(49), msg BLOB, app VARCHAR(64), authed TINYINT(1)) CHARSET=latin1;
INSERT INTO vars VALUES ('motd', CONVERT('Hello; \\ ''world'' é 😀' USING utf8mb4), @shop, 0);

CREATE VIEW newest AS SELECT * FROM users ORDER BY id DESC LIMIT 1;
DELIMITER //
CREATE TRIGGER quiet BEFORE INSERT ON vars FOR EACH ROW BEGIN SET @x = 'a;b'; SET @y = "c)"; END //
DELIMITER ;
