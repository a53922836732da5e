//! Statements of a dump of MySQL or MariaDB, as `mysqldump`, `mariadb-dump` and phpMyAdmin write it: the rows of all
//! `INSERT` statements, with the names of the columns from there or from `CREATE TABLE`.

use std::{collections::HashMap, io::Read, sync::Arc};

use super::{
    ForeignError,
    lexer::{Lexer, NAME_MAX, Token},
    row::{COLUMNS_MAX, ForeignRow, ROW_MAX, RowFault},
};

/// Tables of a dump of which the columns are remembered.
const TABLES_MAX: usize = 4096;
/// What a definition in `CREATE TABLE` begins with that is no column's.
const NO_COLUMN: [&str; 10] =
    ["PRIMARY", "UNIQUE", "KEY", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "PERIOD"];
/// What may stand before the name of a table in `INSERT`.
const BEFORE_NAME: [&str; 5] = ["INTO", "IGNORE", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY"];

/// Hands on the rows of a dump, in their order, until `each` says that it wants no more. Values are read of the tables that
/// `wanted` names; of others it is told that there is a row. What is no `INSERT` and no `CREATE TABLE` is passed over.
///
/// # Errors
/// When it cannot be read, is cut off, or an `INSERT` is none that a dump has.
pub fn read_dump(
    source: impl Read,
    wanted: &dyn Fn(&str) -> bool,
    each: &mut dyn FnMut(ForeignRow) -> bool,
) -> Result<(), ForeignError> {
    let mut dump = Dump { lexer: Lexer::new(source), tables: HashMap::new(), begun: false };
    loop {
        let token = dump.lexer.next()?;
        if token == Token::End {
            return if dump.lexer.is_open() { Err(ForeignError::Incomplete) } else { Ok(()) };
        }
        let is = |word| dump.lexer.is_word(token, word);
        if is("INSERT") || is("REPLACE") {
            if !dump.insert(wanted, each)? {
                return Ok(());
            }
        } else if is("CREATE") {
            dump.create()?;
        } else if is("DELIMITER") {
            dump.lexer.skip_line()?;
        } else {
            dump.skip_statement(token)?;
        }
    }
}

struct Dump<R> {
    lexer: Lexer<R>,
    /// Columns by the names of their tables.
    tables: HashMap<Arc<str>, Arc<[String]>>,
    /// There was a statement that only dumps have.
    begun: bool,
}

impl<R: Read> Dump<R> {
    /// Passes over the rest of a statement, of which `token` was read.
    fn skip_statement(&mut self, mut token: Token) -> Result<(), ForeignError> {
        while token != Token::Symbol(b';') {
            if token == Token::End {
                // Any other text is no dump at all, which is told better than that it is cut off.
                return if self.begun { Err(self.cut_off()) } else { Ok(()) };
            }
            token = self.lexer.next()?;
        }
        Ok(())
    }

    fn cut_off(&self) -> ForeignError {
        ForeignError::CutOff { line: self.lexer.line() }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.lexer.content()).into_owned()
    }

    fn expected(&self, what: &str) -> ForeignError {
        self.lexer.malformed(&format!("{what} is missing in a statement of a dump"))
    }

    /// The name that `token` begins, without that of its database, and the token behind it.
    fn name(&mut self, mut token: Token) -> Result<(String, Token), ForeignError> {
        loop {
            if !matches!(token, Token::Name | Token::Word | Token::Text) {
                return Err(self.unfinished(token, "a name"));
            }
            let name = self.text();
            token = self.lexer.next()?;
            if token != Token::Symbol(b'.') {
                return Ok((name, token));
            }
            token = self.lexer.next()?;
        }
    }

    fn unfinished(&self, token: Token, what: &str) -> ForeignError {
        match token {
            Token::End => self.cut_off(),
            _ => self.expected(what),
        }
    }

    /// Remembers the columns of `CREATE TABLE`; other things that are created are passed over.
    fn create(&mut self) -> Result<(), ForeignError> {
        let mut token = self.lexer.next()?;
        if self.lexer.is_word(token, "TEMPORARY") {
            token = self.lexer.next()?;
        }
        if !self.lexer.is_word(token, "TABLE") {
            return self.skip_statement(token);
        }
        self.begun = true;
        token = self.lexer.next()?;
        while ["IF", "NOT", "EXISTS"].iter().any(|word| self.lexer.is_word(token, word)) {
            token = self.lexer.next()?;
        }
        let (table, token) = self.name(token)?;
        if token != Token::Symbol(b'(') {
            return self.skip_statement(token);
        }
        let columns = self.columns()?;
        if self.tables.len() < TABLES_MAX {
            self.tables.insert(table.into(), columns.into());
        }
        let token = self.lexer.next()?;
        self.skip_statement(token)
    }

    /// The names of the columns that are defined, to the parenthesis that closes.
    fn columns(&mut self) -> Result<Vec<String>, ForeignError> {
        let (mut columns, mut depth, mut begins) = (Vec::new(), 1, true);
        while depth > 0 {
            let token = self.lexer.next()?;
            match token {
                Token::End => return Err(self.cut_off()),
                Token::Symbol(b'(') => depth += 1,
                Token::Symbol(b')') => depth -= 1,
                _ if !begins => {}
                Token::Word if NO_COLUMN.iter().any(|word| self.lexer.is_word(token, word)) => {}
                Token::Name | Token::Word | Token::Text => columns.push(self.text()),
                _ => {}
            }
            begins = depth == 1 && token == Token::Symbol(b',');
            if columns.len() > COLUMNS_MAX {
                return Err(self.lexer.malformed("a table has more columns than 256"));
            }
        }
        Ok(columns)
    }

    /// The rows of an `INSERT`; `false` when no more are wanted.
    fn insert(
        &mut self,
        wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(ForeignRow) -> bool,
    ) -> Result<bool, ForeignError> {
        self.begun = true;
        let mut token = self.lexer.next()?;
        while BEFORE_NAME.iter().any(|word| self.lexer.is_word(token, word)) {
            token = self.lexer.next()?;
        }
        let (table, mut token) = self.name(token)?;
        let mut columns = self.tables.get(table.as_str()).cloned();
        if token == Token::Symbol(b'(') {
            columns = Some(self.columns()?.into());
            token = self.lexer.next()?;
        }
        if !self.lexer.is_word(token, "VALUES") && !self.lexer.is_word(token, "VALUE") {
            return Err(self.unfinished(token, "VALUES"));
        }
        let is_wanted = wanted(&table);
        let columns = match columns {
            Some(columns) => columns,
            None if is_wanted => {
                let what = format!(
                    "nothing says which columns `{table}` has: export it with its structure (CREATE TABLE), or with the names \
                     of the columns in INSERT"
                );
                return Err(self.lexer.malformed(&what));
            }
            None => Vec::new().into(),
        };
        let table: Arc<str> = table.into();
        loop {
            let token = self.lexer.next()?;
            if token != Token::Symbol(b'(') {
                return Err(self.unfinished(token, "a parenthesis"));
            }
            let row = if is_wanted { self.row(&table, &columns)? } else { self.no_row(&table, &columns)? };
            if !each(row) {
                return Ok(false);
            }
            match self.lexer.next()? {
                Token::Symbol(b',') => {}
                Token::Symbol(b';') => return Ok(true),
                // ON DUPLICATE KEY UPDATE, and the like; without its end more rows may have followed.
                token => return self.skip_statement(token).map(|()| true),
            }
        }
    }

    /// Passes over a row.
    fn no_row(&mut self, table: &Arc<str>, columns: &Arc<[String]>) -> Result<ForeignRow, ForeignError> {
        let mut depth = 1;
        while depth > 0 {
            match self.lexer.next_within(0)? {
                Token::End => return Err(self.cut_off()),
                Token::Symbol(b'(') => depth += 1,
                Token::Symbol(b')') => depth -= 1,
                _ => {}
            }
        }
        let (table, columns, line) = (table.clone(), columns.clone(), self.lexer.line());
        Ok(ForeignRow { table, line, columns, values: Vec::new(), fault: None })
    }

    fn row(&mut self, table: &Arc<str>, columns: &Arc<[String]>) -> Result<ForeignRow, ForeignError> {
        let (mut values, mut room, mut too_long) = (Vec::with_capacity(columns.len()), ROW_MAX, false);
        loop {
            // Words such as NULL are to be told apart also where nothing more is kept.
            let value = self.value(room.max(NAME_MAX))?;
            let length = value.as_ref().map_or(0, Vec::len);
            too_long |= self.lexer.is_overflown() || length > room;
            room = room.saturating_sub(length);
            values.push(value);
            match self.lexer.next()? {
                Token::Symbol(b',') if values.len() < columns.len() => {}
                Token::Symbol(b')') if values.len() == columns.len() => break,
                Token::Symbol(b',' | b')') => {
                    let what =
                        format!("a row of `{table}` has another number of values than there are columns");
                    return Err(self.lexer.malformed(&what));
                }
                token => return Err(self.unfinished(token, "a comma")),
            }
        }
        if too_long {
            values.clear();
        }
        let (table, columns) = (table.clone(), columns.clone());
        Ok(ForeignRow {
            table,
            line: self.lexer.line(),
            columns,
            values,
            fault: too_long.then_some(RowFault::TooLong),
        })
    }

    fn value(&mut self, room: usize) -> Result<Option<Vec<u8>>, ForeignError> {
        let mut token = self.lexer.next_within(room)?;
        // The name of a character set, as in _binary 'x'.
        if token == Token::Word && self.lexer.content().first() == Some(&b'_') {
            token = self.lexer.next_within(room)?;
        }
        let signed = matches!(token, Token::Symbol(b'-' | b'+'));
        let negative = token == Token::Symbol(b'-');
        if signed {
            token = self.lexer.next_within(room)?;
        }
        match token {
            Token::Number => {
                let number = self.lexer.take_content();
                Ok(Some(if negative { [b"-", number.as_slice()].concat() } else { number }))
            }
            Token::Text | Token::Bytes if !signed => Ok(Some(self.lexer.take_content())),
            Token::Word if self.lexer.is_word(token, "NULL") => Ok(None),
            Token::Word if self.lexer.is_word(token, "TRUE") => Ok(Some(b"1".to_vec())),
            Token::Word if self.lexer.is_word(token, "FALSE") => Ok(Some(b"0".to_vec())),
            token => Err(self.unfinished(token, "a value that is a text or a number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<(String, Vec<(String, Option<Vec<u8>>)>)>;

    fn read(bytes: &[u8]) -> Result<Rows, ForeignError> {
        let mut rows = Vec::new();
        read_dump(bytes, &|table| table != "logs", &mut |row| {
            let values = row.columns.iter().cloned().zip(row.values).collect();
            rows.push((row.table.to_string(), values));
            true
        })?;
        Ok(rows)
    }

    fn shown(text: &str) -> String {
        let rows = read(text.as_bytes()).expect(text);
        let cell = |(column, value): &(String, Option<Vec<u8>>)| match value {
            Some(value) => format!("{column}={}", String::from_utf8_lossy(value)),
            None => format!("{column} null"),
        };
        let line = |(table, cells): &(String, Vec<_>)| {
            format!("{table}: {}", cells.iter().map(cell).collect::<Vec<_>>().join(", "))
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_dump_of_mysqldump() {
        let dump = r"
-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
DROP TABLE IF EXISTS `keys`;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `keys` (
  `id` int NOT NULL AUTO_INCREMENT,
  `key` varchar(70) COLLATE utf8mb4_unicode_ci NOT NULL COMMENT 'a, (b',
  `expires` decimal(10,2) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `one` (`key`,`expires`),
  CONSTRAINT `c` CHECK (`id` > 0)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4;
LOCK TABLES `keys` WRITE;
/*!40000 ALTER TABLE `keys` DISABLE KEYS */;
INSERT INTO `keys` VALUES (1,'A-1',-86400.50),(2,_binary 'it\'s; (B)',NULL);
/*!40000 ALTER TABLE `keys` ENABLE KEYS */;
UNLOCK TABLES;
-- Dump completed on 2026-11-26 11:04:02";
        assert_eq!(
            shown(dump),
            "keys: id=1, key=A-1, expires=-86400.50\nkeys: id=2, key=it's; (B), expires null"
        );
    }

    #[test]
    fn other_ways_of_writing() {
        for (dump, rows) in [
            ("insert ignore into db.`t`(`a`, b) values (TRUE, 0x41);", "t: a=1, b=A"),
            (
                "REPLACE `t` (a) VALUE ('1') ON DUPLICATE KEY UPDATE a=VALUES(a); INSERT INTO t (a) VALUES (2);",
                "t: a=1\nt: a=2",
            ),
            (
                "DELIMITER ;;\nCREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET @a = 'b' ;;\nDELIMITER ;\n\
                 INSERT INTO t (a) VALUES ('');",
                "t: a=",
            ),
            // Nothing that a dump has: whoever reads it says so.
            ("username,password\nalice,secret", ""),
            ("-- MariaDB dump 10.19\nINSERT INTO t (a) VALUES (1);\n-- Dump completed\n", "t: a=1"),
            (
                "INSERT INTO t (a) VALUES ('\n-- MySQL dump 10');\n-- Dump completed\n",
                "t: a=\n-- MySQL dump 10",
            ),
            (
                "CREATE TABLE IF NOT EXISTS \"t\" (\"a\" text, UNIQUE (a)); INSERT INTO \"t\" VALUES ('x');",
                "t: a=x",
            ),
            (
                "CREATE VIEW v AS SELECT 1; CREATE TABLE n LIKE t; INSERT INTO logs VALUES (NOW(), ')');",
                "logs: ",
            ),
        ] {
            assert_eq!(shown(dump), rows, "{dump}");
        }
    }

    #[test]
    fn what_is_no_dump_is_told() {
        for (dump, told) in [
            ("INSERT INTO t VALUES (1)", "line 1: nothing says which columns `t` has"),
            ("\nINSERT INTO t (a) VALUES (1,2);", "line 2: a row of `t` has another number of values"),
            ("INSERT INTO t (a,b) VALUES (1);", "line 1: a row of `t` has another number of values"),
            ("INSERT INTO t (a) SELECT 1;", "line 1: VALUES is missing"),
            ("INSERT INTO t (a) VALUES (NOW());", "line 1: a value that is a text or a number is missing"),
            ("INSERT INTO t (a) VALUES ('x'),\n", "it ends in line 2 in the middle"),
            ("INSERT INTO t (a) VALUES ('x", "it ends in line 1 in the middle"),
            ("CREATE TABLE t (a int,", "it ends in line 1 in the middle"),
            ("INSERT INTO t (a) VALUES ('x'),\n('y')", "it ends in line 2 in the middle"),
            ("INSERT INTO t (a) VALUES ('x') ON DUPLICATE KEY", "it ends in line 1 in the middle"),
            ("INSERT INTO logs VALUES (1);\nLOCK TABL", "it ends in line 2 in the middle"),
            ("CREATE TABLE t (a int)", "it ends in line 1 in the middle"),
            (
                "-- MySQL dump 10.13\nINSERT INTO t (a) VALUES (1);\n",
                "it begins with the line `-- MySQL dump`",
            ),
            ("/*M!999999\\- x */ \n-- MariaDB dump 10.19\nSET x", "it begins with the line `-- MySQL dump`"),
            (
                "-- MySQL dump 10\n-- MySQL dump 10\n-- Dump completed on 2026-11-26 11:04:02",
                "it begins with the line `-- MySQL dump`",
            ),
        ] {
            let error = read(dump.as_bytes()).expect_err(dump).to_string();
            assert!(error.starts_with(told), "{dump}: {error}");
        }
    }

    #[test]
    fn a_row_has_a_bound() {
        let read = |half: usize, rest: &str| {
            let (x, y) = ("x".repeat(ROW_MAX / 2), "y".repeat(half));
            let dump = format!("INSERT INTO t (a,b,c,d) VALUES ('{x}','{y}',{rest}),(1,2,3,4);");
            let mut found = Vec::new();
            read_dump(dump.as_bytes(), &|_| true, &mut |row| {
                found.push((row.fault.is_some(), row.values.len()));
                true
            })
            .expect("a dump");
            found
        };
        for rest in ["NULL,NULL", "'z',3", "_binary 'z',NULL", "-1,TRUE", "0x00,x'00'"] {
            assert_eq!(read(ROW_MAX / 2 + 1, rest), [(true, 0), (false, 4)], "{rest}");
        }
        // What is null takes no room, and there is room for all else.
        assert_eq!(read(ROW_MAX / 2, "NULL,NULL"), [(false, 4), (false, 4)]);
        assert_eq!(read(ROW_MAX / 2, "NULL,'z'"), [(true, 0), (false, 4)]);
        assert_eq!(read(ROW_MAX / 2 - 1, "NULL,'z'"), [(false, 4), (false, 4)]);
    }

    /// As `mysqldump` writes a value.
    fn written(value: Option<&Vec<u8>>, hex: bool) -> Vec<u8> {
        let Some(value) = value else { return b"NULL".to_vec() };
        if hex && !value.is_empty() {
            return format!("0x{}", hex::encode(value)).into_bytes();
        }
        let mut text = vec![b'\''];
        for byte in value {
            match byte {
                0 => text.extend(b"\\0"),
                b'\n' => text.extend(b"\\n"),
                b'\\' | b'\'' | b'"' => text.extend([b'\\', *byte]),
                _ => text.push(*byte),
            }
        }
        text.push(b'\'');
        text
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in prop::collection::vec(prop::collection::vec(prop::option::of(any::<Vec<u8>>()), 3), 1..5),
            hex in any::<bool>(),
        ) {
            let tuples: Vec<Vec<u8>> = rows
                .iter()
                .map(|row| {
                    let values: Vec<_> = row.iter().map(|value| written(value.as_ref(), hex)).collect();
                    [b"(".as_slice(), &values.join(&b','), b")"].concat()
                })
                .collect();
            let dump = [b"INSERT INTO `t` (a,b,c) VALUES ".as_slice(), &tuples.join(&b','), b";"].concat();
            let found: Vec<Vec<_>> =
                read(&dump).unwrap().into_iter().map(|(_, cells)| cells.into_iter().map(|(_, value)| value).collect()).collect();
            prop_assert_eq!(found, rows);
        }

        #[test]
        fn anything_is_read(bytes in prop_oneof![
            any::<Vec<u8>>(),
            "(INSERT INTO|CREATE TABLE|t|`|\\(|\\)|'|,|;|VALUES|\\\\|/\\*|\\*/|--|x|0x| |1){0,40}".prop_map(String::into_bytes),
        ]) {
            let _ = read(&bytes);
        }
    }
}
