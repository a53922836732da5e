//! What is written here and by the tool of that name can be read by either.

use std::io::{Read, Write};

use super::*;
use crate::ArchiveError;

fn sealed(lock: &Lock, plain: &[u8]) -> Vec<u8> {
    let mut writer = AgeWriter::new(Vec::new(), lock).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn opened(unlock: &Unlock, sealed: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    let mut plain = Vec::new();
    AgeReader::new(sealed, unlock)?.read_to_end(&mut plain)?;
    Ok(plain)
}

fn keys() -> (Lock, Unlock) {
    let identity = Identity::generate().unwrap();
    let other = Identity::generate().unwrap().recipient().unwrap();
    let lock = Lock::Recipients(vec![other, identity.recipient().unwrap()]);
    (lock, Unlock { identities: vec![identity], ..Unlock::default() })
}

#[test]
fn any_length_comes_back() {
    let (lock, unlock) = keys();
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
        let plain: Vec<u8> = (0..length).map(|at: u32| at as u8).collect();
        let sealed = sealed(&lock, &plain);
        assert_eq!(opened(&unlock, &sealed).unwrap(), plain);
        let unlock = Unlock::default();
        assert!(matches!(opened(&unlock, &sealed), Err(ArchiveError::Locked("the key of a recipient"))));
    }
}

#[test]
fn a_passphrase_opens_what_it_locked() {
    let lock = Lock::Passphrase(Passphrase::new("correct horse battery").unwrap());
    let sealed = sealed(&lock, b"plain");
    let with = |text: &str| Unlock { passphrase: Some(Passphrase::any(text)), ..Unlock::default() };
    assert_eq!(opened(&with("correct horse battery"), &sealed).unwrap(), b"plain");
    assert!(matches!(opened(&with("correct horse"), &sealed), Err(ArchiveError::WrongKey("passphrase"))));
    assert!(matches!(opened(&Unlock::default(), &sealed), Err(ArchiveError::Locked("a passphrase"))));
    assert_eq!(Passphrase::new("too short").unwrap_err(), KeyError::Short);
}

#[test]
fn what_is_cut_off_or_changed_is_refused() {
    let (lock, unlock) = keys();
    let whole = sealed(&lock, &[7; 70_000]);
    let head = whole.len() - 70_000 - 2 * 16;
    for end in (0..head + 20).chain([head + 65_552, whole.len() - 1]) {
        assert!(opened(&unlock, &whole[..end]).is_err(), "{end}");
    }
    for at in (0..head + 20).chain([whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(opened(&unlock, &changed).is_err(), "{at}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert!(opened(&unlock, &longer).is_err());
}

#[test]
fn keys_are_written_as_age_writes_them() {
    // From the specification's test key.
    let text = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    let identity = Identity::all(&format!("# created: today\n# public key: …\n{text}\n")).unwrap().remove(0);
    assert_eq!(*identity.expose(), text);
    assert_eq!(*identity.0, [0x42; 32]);
    let recipient = identity.recipient().unwrap();
    assert_eq!(recipient.to_string().parse(), Ok(recipient));
    for wrong in ["", "age1", text, &recipient.to_string()[..61], &recipient.to_string().replace('q', "b")] {
        assert_eq!(wrong.parse::<Recipient>(), Err(KeyError::Recipient), "{wrong}");
    }
    assert!(Identity::all("# nothing\n").is_err() && Identity::all(&recipient.to_string()).is_err());
}

/// Encrypted by age 1.1.1 for the recipient of the key below.
const FOR_RECIPIENT: &str = "\
     6167652d656e6372797074696f6e2e6f72672f76310a2d3e2058323535313920326f36556c6247483967333633366b704a61\
     746b4b5444444f644a464268485a664b6347563666347677490a53715444356d7462616f6b426161734f694b72787334792b\
     2b7764683052573975515859616e596d7544490a2d2d2d20556e62695153584c746c41756f50354874422b71553365714775\
     6c4f36684142575a48393950716e5264510ad92358e2c7eb0ade02158ac57f19bc09bc7253addd1bfce313c1037d15396ec9\
     87c03aec84fd341a46fed9bbeadc38d85a4d0d12";

/// Encrypted by age 1.1.1 with the passphrase `correct horse battery`.
const WITH_PASSPHRASE: &str = "\
     6167652d656e6372797074696f6e2e6f72672f76310a2d3e20736372797074206972642b645130526154673930495430646c\
     4d356c772031380a685930436e6556313574637a476867594f4743427641343177656a357935354936356571346b647a6139\
     590a2d2d2d206e50753537324f764558794a30666b333850564e6d644b4a59455269376c4545654e6f41793870587773670a\
     ddd10498cd36beef9ea76eae6d80dd5506580d92856f09c1208389fea7d8d960e264a5212a9b1fab9e5765dda83964e6294d\
     b3a5";

#[test]
fn what_age_wrote_is_read() {
    let key = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    let identities = Identity::all(key).unwrap();
    let recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    assert_eq!(identities[0].recipient().unwrap().to_string(), recipient);
    let unlock = Unlock {
        passphrase: Some(Passphrase::any("correct horse battery")),
        identities,
        ..Unlock::default()
    };
    for vector in [FOR_RECIPIENT, WITH_PASSPHRASE] {
        assert_eq!(opened(&unlock, &hex::decode(vector).unwrap()).unwrap(), b"made by another tool");
    }
}
