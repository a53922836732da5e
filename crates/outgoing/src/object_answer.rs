//! What an object store answers, and why it does not.

use std::{fmt, time::Duration};

use instant_xml::FromXml;
use reqwest::Response;

use crate::cause::cause;

/// Bytes of an answer that is no content.
const ANSWER_MAX: usize = 8 * 1024 * 1024;
/// The namespace of answers.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Why an object store did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The settings make no sense.
    #[error("{0}")]
    Settings(String),
    /// It cannot be reached, or broke off; after several tries.
    #[error("the object store cannot be reached, or broke off: {0}")]
    Unreachable(String),
    /// It took too long; after two tries.
    #[error("the object store did not answer within {0:?}")]
    Late(Duration),
    /// It refused.
    #[error("the object store refuses: {status} {code}")]
    Refused {
        /// The status.
        status: u16,
        /// What it calls the reason.
        code: String,
    },
    /// There is another object of that name, which stays.
    #[error("the object store has another object of this name")]
    Taken,
    /// What it says is not true or makes no sense.
    #[error("the object store is not to be trusted: {0}")]
    Odd(String),
}

/// What comes of a call, unless it takes longer.
pub(crate) async fn within<T>(
    limit: Duration,
    call: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, ObjectError> {
    match tokio::time::timeout(limit, call).await {
        // Not its own text, which has the signed address.
        Ok(done) => done.map_err(|error| ObjectError::Unreachable(cause(&error.without_url()))),
        Err(_) => Err(ObjectError::Late(limit)),
    }
}

/// An answer that is no content; however it comes, all of it must be there in time.
pub(crate) async fn text(mut reply: Response, limit: Duration) -> Result<String, ObjectError> {
    let mut body = Vec::new();
    let mut is_small = true;
    let read = async {
        while let Some(piece) = reply.chunk().await? {
            is_small = body.len() + piece.len() <= ANSWER_MAX;
            if !is_small {
                break;
            }
            body.extend_from_slice(&piece);
        }
        Ok(())
    };
    within(limit, read).await?;
    if is_small {
        Ok(String::from_utf8_lossy(&body).into_owned())
    } else {
        Err(ObjectError::Odd("its answer has no end".into()))
    }
}

/// What an answer calls the reason of a refusal, as far as it is a word.
pub(crate) fn code_of(text: &str) -> String {
    let inner = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = inner.map_or("", |(code, _)| code);
    code.chars().filter(char::is_ascii_alphanumeric).take(64).collect()
}

/// For `map_err`: an answer that cannot be read.
pub(crate) fn odd(_: impl fmt::Display) -> ObjectError {
    ObjectError::Odd("its answer is not what S3 says".into())
}

/// A page of uploads in parts that were begun, and neither completed nor given up.
#[derive(FromXml)]
#[xml(rename = "ListMultipartUploadsResult", ns(NAMESPACE))]
pub(crate) struct Uploads {
    pub(crate) uploads: Vec<Upload>,
    #[xml(rename = "IsTruncated")]
    is_truncated: Option<bool>,
    #[xml(rename = "NextKeyMarker")]
    next_key: Option<String>,
    #[xml(rename = "NextUploadIdMarker")]
    next_id: Option<String>,
}

/// One of them.
#[derive(FromXml)]
#[xml(rename = "Upload", ns(NAMESPACE))]
pub(crate) struct Upload {
    #[xml(rename = "Key")]
    pub(crate) key: String,
    #[xml(rename = "UploadId")]
    pub(crate) id: String,
}

impl Uploads {
    pub(crate) fn parse(text: &str) -> Result<Self, ObjectError> {
        instant_xml::from_str(text).map_err(odd)
    }

    /// Key and id after which the next page begins, if there is one.
    pub(crate) fn next(&self) -> Option<(String, String)> {
        let more = self.is_truncated == Some(true);
        more.then(|| self.next_key.clone().zip(self.next_id.clone())).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rest: &str) -> Uploads {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListMultipartUploadsResult xmlns=\"{NAMESPACE}\">\
             <Bucket>bucket</Bucket><KeyMarker></KeyMarker><UploadIdMarker/>{rest}</ListMultipartUploadsResult>"
        );
        Uploads::parse(&text).unwrap()
    }

    #[test]
    fn unfinished_uploads_are_read() {
        let upload = |key: &str| {
            format!(
                "<Upload><Key>{key}</Key><UploadId>id-{key}</UploadId><Initiator><ID>us</ID><DisplayName>us\
                 </DisplayName></Initiator><Owner><ID>us</ID></Owner><StorageClass>STANDARD</StorageClass>\
                 <Initiated>2010-11-10T20:48:33.000Z</Initiated></Upload>"
            )
        };
        let more = "<NextKeyMarker>two</NextKeyMarker><NextUploadIdMarker>id-two</NextUploadIdMarker>\
                    <MaxUploads>2</MaxUploads><IsTruncated>true</IsTruncated>";
        let first = page(&format!("{more}{}{}", upload("one"), upload("two")));
        let found: Vec<_> =
            first.uploads.iter().map(|upload| (upload.key.as_str(), upload.id.as_str())).collect();
        assert_eq!(found, [("one", "id-one"), ("two", "id-two")]);
        assert_eq!(first.next(), Some(("two".into(), "id-two".into())));
        let last = page("<NextKeyMarker/><NextUploadIdMarker/><IsTruncated>false</IsTruncated>");
        assert!(last.uploads.is_empty() && last.next().is_none());
        assert!(Uploads::parse("<html></html>").is_err());
    }
}
