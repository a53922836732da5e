/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE `keys` (
  `id` int NOT NULL,
  `key` varchar(70) COMMENT 'a, (b',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `keys` VALUES (1,'A-1'),(-2,_binary 'it\'s; ''B'''),(3,NULL),(4,0x41),(5,b'101');
