//! Mails, over SMTP.

use std::{
    cmp::Reverse,
    error::Error as _,
    fmt,
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime},
};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use percent_encoding::percent_decode_str;
use tracing::Instrument as _;
use url::Url;

/// For a whole mail or test: the library limits the connecting only.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How mails are sent.
#[derive(Clone, PartialEq, Eq)]
pub struct MailOptions {
    /// The mail server:
    ///
    /// - `smtps://USER:PASSWORD@HOST`: TLS from the start, port 465 unless another is given;
    /// - `smtp://USER:PASSWORD@HOST`: STARTTLS, and nothing is sent without it; port 587;
    /// - `smtp://…?tls=opportunistic`: STARTTLS if the server has it, which whoever stands between can deny; port 587;
    /// - `smtp://…?tls=none`: never encrypted, for a server on this machine; port 25.
    ///
    /// A path is the name with which this machine greets, as in `smtp://HOST/this.example.org`.
    pub url: String,
    /// The sender, such as `Shop <no-reply@example.org>`.
    pub from: String,
}

impl fmt::Debug for MailOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MailOptions").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Sends mails.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
    /// The mail server's name or address.
    host: String,
    /// User and password, to be kept out of what the mail server says.
    secrets: Vec<String>,
}

/// Why a mail was not sent. The texts hold neither user nor password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The settings make no sense.
    #[error("{0}")]
    Options(String),
    /// The recipient's address is no address.
    #[error("the recipient's address is malformed")]
    BadAddress,
    /// The mail could not be written.
    #[error("the mail could not be written: {0}")]
    Message(String),
    /// The mail server refused, or cannot be reached.
    #[error("the mail server: {0}")]
    Smtp(String),
    /// No end in time; the mail may have been sent nevertheless.
    #[error("the mail server does not answer in time")]
    Timeout,
}

impl Mailer {
    /// A mailer; nothing is sent yet.
    ///
    /// # Errors
    /// [`MailError::Options`], with a sentence that says what to write.
    pub fn new(options: &MailOptions) -> Result<Self, MailError> {
        let (url, host, secrets) = read_url(&options.url).ok_or_else(|| {
            MailError::Options(
                "smtp_url must look like smtps://USER:PASSWORD@HOST:465, smtp://USER:PASSWORD@HOST:587 \
                 or smtp://HOST:25?tls=none; special characters in user and password are written as %XX"
                    .into(),
            )
        })?;
        let from = options.from.parse().map_err(|_| {
            MailError::Options("smtp_from must look like `Shop <no-reply@example.org>`".into())
        })?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
            .map_err(|_| MailError::Options("smtp_url names no mail server that can be used".into()))?
            .build();
        Ok(Self { transport, from, timeout: TIMEOUT, host, secrets })
    }

    /// Sends a mail of plain text; returns once the mail server has taken it. Control characters in the subject become
    /// blanks.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn send(&self, to: &str, subject: &str, text: &str) -> Result<(), MailError> {
        let message = self.message(to, subject, text)?;
        let span = tracing::info_span!(
            target: "claviger::trace",
            "mail",
            otel.kind = "client",
            server.address = self.host,
        );
        let sent = tokio::time::timeout(self.timeout, self.transport.send(message)).instrument(span).await;
        sent.map_err(|_| MailError::Timeout)?.map_err(|error| self.failure(&error))?;
        Ok(())
    }

    /// Connects and logs in, without sending anything.
    ///
    /// # Errors
    /// [`MailError::Smtp`] and [`MailError::Timeout`].
    pub async fn test(&self) -> Result<(), MailError> {
        let tested = tokio::time::timeout(self.timeout, self.transport.test_connection()).await;
        match tested.map_err(|_| MailError::Timeout)?.map_err(|error| self.failure(&error))? {
            true => Ok(()),
            false => Err(MailError::Smtp("it does not answer as it should".into())),
        }
    }

    fn message(&self, to: &str, subject: &str, text: &str) -> Result<Message, MailError> {
        if to.contains(char::is_control) {
            return Err(MailError::BadAddress);
        }
        let to: Address = to.parse().map_err(|_| MailError::BadAddress)?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject.replace(char::is_control, " "))
            .message_id(Some(message_id(self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|error| MailError::Message(error.to_string()))
    }

    /// What the mail server or the system said. Some servers repeat the user.
    fn failure(&self, error: &lettre::transport::smtp::Error) -> MailError {
        let said = match error.source() {
            Some(source) if error.is_client() || error.is_response() => source.to_string(),
            _ => error.to_string(),
        };
        MailError::Smtp(self.secrets.iter().fold(said, |said, secret| said.replace(secret, "…")))
    }
}

/// The sender's domain makes it credible; some receivers refuse mails without one.
fn message_id(domain: &str) -> String {
    // Keyed at random.
    let unique = RandomState::new().hash_one(SystemTime::now());
    format!("<{unique:016x}.{:016x}@{domain}>", RandomState::new().hash_one(unique))
}

/// The address as the library wants it, where `smtp` without `tls` is never encrypted; and user and password.
fn read_url(text: &str) -> Option<(String, String, Vec<String>)> {
    let mut url = Url::parse(text.trim()).ok().filter(Url::has_host)?;
    // The library would not log in.
    if url.password().is_none() != url.username().is_empty() {
        return None;
    }
    let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let tls = match (url.scheme(), tls.as_deref()) {
        ("smtps", None) | ("smtp", Some("none")) => None,
        ("smtp", None | Some("required")) => Some("tls=required"),
        ("smtp", Some("opportunistic")) => Some("tls=opportunistic"),
        _ => return None,
    };
    url.set_query(tls);
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let secrets = [url.username(), url.password().unwrap_or_default()].map(decode);
    let mut secrets: Vec<String> = secrets.into_iter().filter(|secret| !secret.is_empty()).collect();
    // The longer one first, since it may hold the other.
    secrets.sort_by_key(|secret| Reverse(secret.len()));
    let host = url.host_str().unwrap_or_default().to_owned();
    Some((url.into(), host, secrets))
}

#[cfg(test)]
mod tests;
