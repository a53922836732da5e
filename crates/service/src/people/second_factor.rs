//! Two-factor codes of people, and recovery codes in their place.

use claviger_domain::{PersonId, Secret};
use claviger_store::{
    Conn, StoreError,
    people::{
        factors::{self, Totp},
        profile, sign_ins,
    },
};

use super::{
    error::PeopleError,
    hold::hold,
    log::{Event, note},
    person::Person,
    qr,
    visitor::Visitor,
};
use crate::{
    Service,
    shared::two_factor::{NewSecret, reveal, step_of},
};

/// Recovery codes that a person gets at once.
const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code, without dashes: 80 bits.
const RECOVERY_LEN: usize = 16;
/// Without letters and digits that look alike.
const RECOVERY_ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// What the master key hashes recovery codes for.
const RECOVERY: &str = "recovery-code";

/// A secret for an authenticator, to be confirmed by a code.
#[derive(Debug)]
pub struct CodeSetup {
    /// The secret, for typing.
    pub secret: Secret,
    /// The same as an address, for authenticators on this machine.
    pub uri: Secret,
    /// The same as a picture to be scanned: an `svg` element.
    pub qr: String,
}

/// What a person gets when two-factor sign-in is switched on.
#[derive(Debug)]
pub struct CodesOn {
    /// The recovery codes, which are told only now.
    pub recovery: Vec<String>,
    /// The secret with which the sign-in goes on.
    pub secret: Secret,
}

/// A code of a sign-in, as far as it can be told without looking at what was used before.
#[derive(Clone)]
pub(super) enum TypedCode {
    /// A code of an authenticator: its step, and the secret it is of.
    Step(i64, Vec<u8>),
    /// A recovery code, by its hash.
    Recovery(String),
    Wrong,
}

impl Service {
    /// Begins to set up two-factor sign-in; nothing changes before [`Service::confirm_codes`].
    ///
    /// # Errors
    /// When credentials were not shown of late, or the database fails.
    pub async fn begin_codes(&self, person: &Person) -> Result<CodeSetup, PeopleError> {
        let changer = self.changer(person);
        let drawn = NewSecret::draw(self.random(), &self.vault);
        let sealed = drawn.sealed;
        let begin = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            let totp = Totp { pending: Some(sealed.admitted(conn)?), ..factors::totp(conn, changer.person)? };
            Ok::<_, PeopleError>(factors::set_totp(conn, changer.person, &totp)?)
        };
        self.store.db().write(begin).await?;
        self.setup(person, drawn.base32)
    }

    /// The secret that is being set up, as [`Service::begin_codes`] told it; `None` when there is none.
    ///
    /// # Errors
    /// When credentials were not shown of late, or the database fails.
    pub async fn codes_being_set_up(&self, person: &Person) -> Result<Option<CodeSetup>, PeopleError> {
        let id = person.id;
        if !person.is_fresh(self.clock.now()) {
            return Err(PeopleError::NotFresh);
        }
        let totp =
            self.store.db().read::<_, PeopleError, _>(move |conn| Ok(factors::totp(conn, id)?)).await?;
        let base32 = totp.pending.map(|pending| reveal(&self.vault, &pending)).transpose()?;
        base32.map(|base32| self.setup(person, base32)).transpose()
    }

    fn setup(&self, person: &Person, base32: String) -> Result<CodeSetup, PeopleError> {
        let uri = self.code_uri(&person.name, &base32);
        let qr = qr::svg(&uri).ok_or(PeopleError::NotSetUp)?;
        Ok(CodeSetup { secret: Secret::new(base32), uri: Secret::new(uri), qr })
    }

    /// Where authenticators find the secret of a person.
    fn code_uri(&self, name: &str, base32: &str) -> String {
        let host = url::Url::parse(&self.options.public_url).ok();
        let host = host.as_ref().and_then(url::Url::host_str).unwrap_or("claviger");
        let mut uri = url::Url::parse("otpauth://totp/").expect("the address is one");
        uri.set_path(&format!("Claviger ({host}):{name}"));
        uri.query_pairs_mut()
            .append_pair("secret", base32)
            .append_pair("issuer", &format!("Claviger ({host})"));
        uri.into()
    }

    /// Switches two-factor sign-in on with the secret that was set up, once a code shows that the authenticator has it.
    /// The person's other sign-ins end, and this one goes on with another secret.
    ///
    /// # Errors
    /// When the code is wrong, credentials were not shown of late, or the database fails.
    pub async fn confirm_codes(
        &self,
        person: &Person,
        code: &str,
        visitor: &Visitor,
    ) -> Result<CodesOn, PeopleError> {
        let (changer, visitor, code) = (self.changer(person), visitor.clone(), plain(code));
        let id = person.id;
        let totp = self.store.db().read(move |conn| factors::totp(conn, id)).await?;
        let pending = totp.pending.ok_or(PeopleError::NotSetUp)?;
        let step = step_of(&self.vault, &pending, &code, changer.now)?;
        let step = step.ok_or(PeopleError::WrongCode)?;
        let (recovery, hashes) = self.draw_recovery_codes(id);
        let (secret, secret_hash) = self.draw_sign_in();
        let confirm = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            if factors::totp(conn, id)?.pending.as_ref() != Some(&pending) {
                return Err(PeopleError::Expired);
            }
            factors::set_totp(conn, id, &Totp { secret: Some(pending), pending: None, step: Some(step) })?;
            factors::set_recovery_codes(conn, id, &hashes)?;
            sign_ins::delete_all(conn, id, Some(changer.sign_in))?;
            sign_ins::set_hash(conn, changer.sign_in, &secret_hash)?;
            Ok(note(conn, id, Event::CodesOn, "", &visitor, changer.now)?)
        };
        self.store.db().write(confirm).await?;
        Ok(CodesOn { recovery, secret })
    }

    /// Switches two-factor sign-in off; recovery codes end with it, and so do the person's other sign-ins. This one goes on
    /// with the secret that is returned.
    ///
    /// # Errors
    /// When credentials were not shown of late, or the database fails.
    pub async fn end_codes(&self, person: &Person, visitor: &Visitor) -> Result<Secret, PeopleError> {
        let (changer, visitor) = (self.changer(person), visitor.clone());
        let (secret, hash) = self.draw_sign_in();
        let end = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            let on = factors::totp(conn, changer.person)?.secret.is_some();
            drop_codes(conn, changer.person)?;
            sign_ins::set_hash(conn, changer.sign_in, &hash)?;
            if !on {
                return Ok(());
            }
            sign_ins::delete_all(conn, changer.person, Some(changer.sign_in))?;
            Ok::<_, PeopleError>(note(conn, changer.person, Event::CodesOff, "", &visitor, changer.now)?)
        };
        self.store.db().write(end).await?;
        Ok(secret)
    }

    /// Replaces a person's recovery codes by new ones, which are told only now.
    ///
    /// # Errors
    /// When two-factor sign-in is off, credentials were not shown of late, or the database fails.
    pub async fn new_recovery_codes(
        &self,
        person: &Person,
        visitor: &Visitor,
    ) -> Result<Vec<String>, PeopleError> {
        let (changer, visitor) = (self.changer(person), visitor.clone());
        let (codes, hashes) = self.draw_recovery_codes(person.id);
        let renew = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            if factors::totp(conn, changer.person)?.secret.is_none() {
                return Err(PeopleError::NotSetUp);
            }
            factors::set_recovery_codes(conn, changer.person, &hashes)?;
            Ok(note(conn, changer.person, Event::RecoveryRenewed, "", &visitor, changer.now)?)
        };
        self.store.db().write(renew).await?;
        Ok(codes)
    }

    /// Recovery codes as they are shown, and the hashes that are kept of them.
    fn draw_recovery_codes(&self, person: PersonId) -> (Vec<String>, Vec<String>) {
        let draw = |_| self.random.text(RECOVERY_ALPHABET, RECOVERY_LEN);
        let drawn: Vec<String> = (0..RECOVERY_CODES).map(draw).collect();
        let hashes = drawn.iter().map(|code| self.hash_recovery_code(person, code)).collect();
        let shown = |code: &String| [&code[..4], &code[4..8], &code[8..12], &code[12..]].join("-");
        (drawn.iter().map(shown).collect(), hashes)
    }

    fn hash_recovery_code(&self, person: PersonId, code: &str) -> String {
        self.vault.keyed_hash(RECOVERY, &format!("{} {} {code}", person.kind(), person.number()))
    }

    /// What a person has typed as a code, with these secrets.
    ///
    /// # Errors
    /// When no key here opens the secret.
    pub(super) fn read_code(
        &self,
        person: PersonId,
        totp: &Totp,
        typed: &str,
    ) -> Result<TypedCode, PeopleError> {
        let typed = plain(typed);
        if typed.len() == RECOVERY_LEN {
            return Ok(TypedCode::Recovery(self.hash_recovery_code(person, &typed)));
        }
        let Some(secret) = &totp.secret else { return Ok(TypedCode::Wrong) };
        let step = step_of(&self.vault, secret, &typed, self.clock.now())?;
        Ok(step.map_or(TypedCode::Wrong, |step| TypedCode::Step(step, secret.clone())))
    }
}

/// Uses a code up; each works once, however many try it at once.
pub(super) fn use_code(
    conn: &mut Conn<'_>,
    person: PersonId,
    code: TypedCode,
) -> Result<&'static str, PeopleError> {
    profile::lock(conn, person)?;
    let totp = factors::totp(conn, person)?;
    match code {
        TypedCode::Step(step, secret)
            if totp.secret.as_ref() == Some(&secret) && totp.step.is_none_or(|used| used < step) =>
        {
            factors::set_totp(conn, person, &Totp { step: Some(step), ..totp })?;
            Ok("code")
        }
        TypedCode::Recovery(hash) if factors::take_recovery_code(conn, person, &hash)? => Ok("recovery code"),
        TypedCode::Step(..) | TypedCode::Recovery(_) | TypedCode::Wrong => Err(PeopleError::WrongCode),
    }
}

/// Switches a person's two-factor sign-in off.
pub(crate) fn drop_codes(conn: &mut Conn<'_>, person: PersonId) -> Result<(), StoreError> {
    factors::set_totp(conn, person, &Totp::default())?;
    factors::set_recovery_codes(conn, person, &[])
}

/// A code without the blanks and dashes that make it readable.
fn plain(code: &str) -> String {
    let kept = code.chars().filter(|character| !character.is_whitespace() && *character != '-');
    kept.flat_map(char::to_lowercase).take(RECOVERY_LEN + 1).collect()
}
