//! Text files, a line at a time.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read},
    path::Path,
};

use claviger_files::open_regular;
use flate2::bufread::MultiGzDecoder;

use crate::ScreeningError;

/// Bytes of a line; what is longer is no text that people or their tools wrote.
const LONGEST: u64 = 16 * 1024;

/// How a file begins that gzip packed.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Hands each line of a file, without its end and blanks around it, to `take`, whose error becomes one that names the
/// line. What gzip packed is unpacked, whatever the file's name. What is not UTF-8 is replaced: comments may have it.
pub(crate) fn for_each_line(
    path: &Path,
    mut take: impl FnMut(&str) -> Result<(), String>,
) -> Result<(), ScreeningError> {
    let mut reader = open(path)?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line);
        match read {
            Ok(0) => break,
            Ok(_) if line.len() as u64 > LONGEST => {
                let reason = "this line is longer than 16 KiB: name a text file with one entry a line";
                return Err(ScreeningError::line(path, number, reason));
            }
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                take(text.trim_start_matches('\u{FEFF}').trim())
                    .map_err(|reason| ScreeningError::line(path, number, reason))?;
            }
            Err(error) => return Err(unreadable(path, number, error)),
        }
    }
    Ok(())
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, ScreeningError> {
    let file = open_regular(path).map_err(|source| ScreeningError::file(path, source))?;
    let mut reader = BufReader::new(file);
    let start = reader.fill_buf().map_err(|source| ScreeningError::file(path, source))?;
    if start.starts_with(&GZIP) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(reader))));
    }
    Ok(Box::new(reader))
}

/// Damage to a packed file is the file's fault, not the system's: it stays until the file changes.
fn unreadable(path: &Path, line: usize, error: std::io::Error) -> ScreeningError {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => ScreeningError::line(
            path,
            line,
            format!("the packed file is damaged ({error}): download it again"),
        ),
        _ => ScreeningError::file(path, error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn read(content: &[u8]) -> Result<Vec<String>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let mut lines = Vec::new();
        let outcome = for_each_line(file.path(), |line| {
            lines.push(line.to_owned());
            if line == "bad" { Err("a reason".into()) } else { Ok(()) }
        });
        let path = file.path().display().to_string();
        outcome.map(|()| lines).map_err(|error| error.to_string().replace(&path, "F"))
    }

    fn pack(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn reads_lines_of_every_make() {
        assert_eq!(read(b"").unwrap(), [""; 0]);
        assert_eq!(read(b"\xEF\xBB\xBFa\r\n\n \tb \nc").unwrap(), ["a", "", "b", "c"]);
        assert_eq!(read(b"# caf\xE9\n").unwrap(), ["# caf\u{FFFD}"]);
        assert_eq!(read(&pack(b"a\nb\n")).unwrap(), ["a", "b"]);
        assert_eq!(read(&[pack(b"a\n"), pack(b"b\n")].concat()).unwrap(), ["a", "b"]);
    }

    #[test]
    fn errors_name_file_and_line() {
        assert_eq!(read(b"a\nbad\nc").unwrap_err(), "F, line 2: a reason");
        let long = [b"a\n".as_slice(), &[b'x'; 1 << 20]].concat();
        let reason = "F, line 2: this line is longer than 16 KiB: name a text file with one entry a line";
        assert_eq!(read(&long).unwrap_err(), reason);
        assert_eq!(read(&pack(&[0; 1 << 20])).unwrap_err(), reason.replace("line 2", "line 1"));
        let packed = pack(b"a\nb\n");
        let error = read(&packed[..packed.len() - 9]).unwrap_err();
        assert!(error.contains("the packed file is damaged ("), "{error}");
        let error = for_each_line(Path::new("/nonexistent/list"), |_| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with("/nonexistent/list cannot be read: No such file"), "{error}");
    }
}
