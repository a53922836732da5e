//! One large sorted file, searched where it lies.

use std::{
    cmp::Ordering,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use claviger_files::open_regular;

use super::{
    hash::Hash,
    window::{Found, Trouble, WRONG_LINES, Window},
};
use crate::ScreeningError;

/// Bytes of a line with its end: 40 digits, a count, and to spare.
const LONGEST_LINE: u64 = 128;

/// Bytes among which lines are read one by one: the disk does not read less.
const BLOCK: u64 = 4096;

/// How many lines are looked at to tell whether a file is sorted.
const SAMPLES: u64 = 64;

const EMPTY: &str = "is empty: download the file again";
const UNSORTED: &str = "is not sorted by hash: download the form that is ordered by hash, not by count, \
    or sort it (`LC_ALL=C sort`)";

/// Whether the file looks like a sorted list of hashes.
pub(super) fn check(path: &Path) -> Result<(), ScreeningError> {
    with_file(path, SortedLines::check)
}

/// Whether the file has `hash`.
pub(super) fn contains(path: &Path, hash: Hash) -> Result<bool, ScreeningError> {
    with_file(path, |file| file.contains(hash))
}

/// Opens the file anew for each question, so that it can be replaced while the server runs.
fn with_file<T>(
    path: &Path,
    work: impl FnOnce(&mut SortedLines<File>) -> Result<T, Trouble>,
) -> Result<T, ScreeningError> {
    let reader = open_regular(path).map_err(|source| ScreeningError::file(path, source))?;
    let length = reader.metadata().map_err(|source| ScreeningError::file(path, source))?.len();
    work(&mut SortedLines { reader, length }).map_err(|trouble| match trouble {
        Trouble::Read(source) => ScreeningError::file(path, source),
        Trouble::Content(reason) => ScreeningError::unusable(path, reason),
    })
}

struct SortedLines<R> {
    reader: R,
    length: u64,
}

impl<R: Read + Seek> SortedLines<R> {
    /// Looks at the first line and at some others, evenly spread.
    fn check(&mut self) -> Result<(), Trouble> {
        let window = self.window(0, 3 * LONGEST_LINE)?;
        let mut last = window.first_row(0)?.ok_or(Trouble::Content(EMPTY))?.hash;
        for sample in 0..SAMPLES {
            let offset = self.length / SAMPLES * sample;
            if let Some(found) = self.first_row_behind(offset)? {
                if found.hash < last {
                    return Err(Trouble::Content(UNSORTED));
                }
                last = found.hash;
            }
        }
        Ok(())
    }

    /// Halves the bytes among which the line may start, from `low` to before `high`, until they fit into a block.
    /// `low` is always the start of a line.
    fn contains(&mut self, hash: Hash) -> Result<bool, Trouble> {
        let (mut low, mut high) = (0, self.length);
        // The first line from `high` is beyond the hash. `low` may come to it and so pass `high`.
        while high.saturating_sub(low) > BLOCK {
            let middle = low + (high - low) / 2;
            match self.first_row_behind(middle)? {
                Some(found) => match found.hash.cmp(&hash) {
                    Ordering::Less => low = found.end,
                    Ordering::Equal => return Ok(found.seen),
                    Ordering::Greater => high = middle + 1,
                },
                None => high = middle + 1,
            }
        }
        // Room for the line that crosses `high` and the one behind it, which ends the search.
        let window = self.window(low, high.saturating_sub(low) + 2 * LONGEST_LINE)?;
        let mut position = 0;
        while let Some(found) = window.first_row(position)? {
            if found.hash >= hash {
                return Ok(found.hash == hash && found.seen);
            }
            position = (found.end - low) as usize;
        }
        Ok(false)
    }

    /// The first line that starts behind `offset`, blank ones aside.
    fn first_row_behind(&mut self, offset: u64) -> Result<Option<Found>, Trouble> {
        let window = self.window(offset, 3 * LONGEST_LINE)?;
        match window.bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) => window.first_row(end + 1),
            None if window.is_last => Ok(None),
            None => Err(Trouble::Content(WRONG_LINES)),
        }
    }

    /// The bytes from `offset`, at most `length` of them.
    fn window(&mut self, offset: u64, length: u64) -> Result<Window, Trouble> {
        let mut bytes = Vec::with_capacity(length as usize);
        self.reader.seek(SeekFrom::Start(offset)).map_err(Trouble::Read)?;
        self.reader.by_ref().take(length).read_to_end(&mut bytes).map_err(Trouble::Read)?;
        let is_last = offset + bytes.len() as u64 >= self.length;
        Ok(Window { bytes, offset, is_last })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Cursor};

    use proptest::prelude::*;

    use super::*;
    use crate::leaked::hash::DIGITS;

    type Bytes = [u8; DIGITS / 2];

    fn lines(content: &[u8]) -> SortedLines<Cursor<&[u8]>> {
        SortedLines { reader: Cursor::new(content), length: content.len() as u64 }
    }

    fn hash(bytes: &Bytes) -> Hash {
        Hash::parse(hex::encode(bytes).as_bytes()).unwrap()
    }

    fn check(content: &[u8]) -> Result<(), &'static str> {
        lines(content).check().map_err(|trouble| match trouble {
            Trouble::Content(reason) => reason,
            Trouble::Read(error) => panic!("{error}"),
        })
    }

    #[test]
    fn checks_a_few_lines() {
        let row = |first: char| first.to_string().repeat(DIGITS);
        let rows = |order: &str| order.chars().map(|first| row(first) + ":12\r\n").collect::<String>();
        assert_eq!(check(rows("0123abCF").as_bytes()), Ok(()));
        assert_eq!(check(row('0').as_bytes()), Ok(()));
        assert_eq!(check(format!("\u{FEFF}{}\n\n\n", row('0')).as_bytes()), Ok(()));
        for unsorted in ["10", "0132", "0123456789A0"] {
            assert_eq!(check(rows(unsorted).as_bytes()), Err(UNSORTED), "{unsorted}");
        }
        let by_count = rows("0") + &rows("1").repeat(5000) + &rows("0").repeat(5000);
        assert_eq!(check(by_count.as_bytes()), Err(UNSORTED));
        assert_eq!(check(b""), Err(EMPTY));
        assert_eq!(check(b"\r\n"), Err(EMPTY));
        let ntlm = "0".repeat(32) + ":1\n";
        for wrong in [ntlm.as_bytes(), b"password\n", &[0; 9000], &[b'0'; 1 << 20], b"\x1F\x8B\x08\n"] {
            assert_eq!(check(wrong), Err(WRONG_LINES));
        }
        let torn = [rows("01").as_bytes(), &[b'\n'; 9000]].concat();
        assert_eq!(check(&torn), Err(WRONG_LINES));
    }

    /// A file of a billion lines, made up as it is read: line `n` has a hash that begins with `n`.
    struct Endless {
        position: u64,
        reads: u32,
    }

    const ENDLESS_LINE: u64 = 43;
    const ENDLESS_LINES: u64 = 1_000_000_000;

    impl Endless {
        fn line(number: u64) -> String {
            format!("{number:016x}{:024}:7\n", 0)
        }
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.reads += 1;
            let number = self.position / ENDLESS_LINE;
            if number >= ENDLESS_LINES {
                return Ok(0);
            }
            let within = (self.position % ENDLESS_LINE) as usize;
            let count = Self::line(number).as_bytes()[within..].as_ref().read(buffer)?;
            self.position += count as u64;
            Ok(count)
        }
    }

    impl Seek for Endless {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            let SeekFrom::Start(position) = to else { panic!("sought from {to:?}") };
            self.position = position;
            Ok(position)
        }
    }

    #[test]
    fn searches_a_large_file_with_few_reads() {
        let length = ENDLESS_LINE * ENDLESS_LINES;
        for number in [0, 1, 2, 123_456_789, ENDLESS_LINES / 2, ENDLESS_LINES - 2, ENDLESS_LINES - 1] {
            let mut file = SortedLines { reader: Endless { position: 0, reads: 0 }, length };
            let known = Hash::parse(&Endless::line(number).as_bytes()[..DIGITS]).unwrap();
            assert!(file.contains(known).unwrap(), "{number}");
            let unknown = format!("{number:016x}{:024}", 1);
            assert!(!file.contains(Hash::parse(unknown.as_bytes()).unwrap()).unwrap(), "{number}");
            // Reads of a line each: some 25 steps with ten, then a block of a hundred, twice.
            assert!(file.reader.reads < 1000, "{}", file.reader.reads);
        }
    }

    /// Sorted hashes with their counts (`None` when the line has none) and how the lines are written.
    fn written(rows: &BTreeMap<Bytes, Option<u64>>, end: &str, upper: bool, last_end: &str) -> String {
        let line = |(bytes, count): (&Bytes, &Option<u64>)| {
            let digits = if upper { hex::encode_upper(bytes) } else { hex::encode(bytes) };
            count.map_or_else(|| digits.clone(), |count| format!("{digits}:{count}"))
        };
        rows.iter().map(line).collect::<Vec<_>>().join(end) + last_end
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn agrees_with_a_look_at_every_line(
            rows in prop::collection::btree_map(any::<Bytes>(), any::<Option<u64>>(), 1..300),
            others in prop::collection::vec(any::<Bytes>(), 20),
            end in prop::sample::select(vec!["\n", "\r\n"]),
            last_end in prop::sample::select(vec!["", "\n", "\r\n", "\n\n\n"]),
            upper in any::<bool>(),
        ) {
            let text = written(&rows, end, upper, last_end);
            let mut file = lines(text.as_bytes());
            prop_assert!(file.check().is_ok());
            for (bytes, count) in &rows {
                prop_assert_eq!(file.contains(hash(bytes)).unwrap(), *count != Some(0));
                let mut near = *bytes;
                near[19] ^= 1;
                let known = rows.get(&near).is_some_and(|count| *count != Some(0));
                prop_assert_eq!(file.contains(hash(&near)).unwrap(), known);
            }
            for bytes in others.iter().chain([&[0; 20], &[255; 20]]) {
                let known = rows.get(bytes).is_some_and(|count| *count != Some(0));
                prop_assert_eq!(file.contains(hash(bytes)).unwrap(), known);
            }
        }

        #[test]
        fn takes_any_bytes(content in prop::collection::vec(any::<u8>(), 0..9000), wanted in any::<Bytes>()) {
            let _ = lines(&content).check();
            let _ = lines(&content).contains(hash(&wanted));
        }
    }
}
