//! The last step of an upload in parts: it becomes an object, unless there is one of its name.

use bytes::Bytes;
use reqwest::StatusCode;
use rusty_s3::{
    S3Action as _,
    actions::{CompleteMultipartUpload, CompleteMultipartUploadResponse},
};

use crate::{
    object_answer::{ObjectError, code_of},
    objects::{Objects, SIGNED},
};

/// The header by which nothing is overwritten.
const UNLESS_THERE: (&str, &str) = ("if-none-match", "*");

/// What an upload should become.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// Its length in bytes.
    pub length: u64,
    /// Its last bytes, so many that no other object has the same.
    pub end: &'a [u8],
}

impl Objects {
    /// Makes the parts an object, and looks whether it has as many bytes; one that has not is deleted. Nothing is overwritten,
    /// as far as the store knows how.
    ///
    /// # Errors
    /// [`ObjectError::Taken`] where there is another object of this name.
    pub async fn complete(
        &self,
        name: &str,
        id: &str,
        tags: &[String],
        whole: Whole<'_>,
    ) -> Result<(), ObjectError> {
        let mut outcome = self.complete_once(name, id, tags, true).await;
        if status_of(&outcome) == Some(StatusCode::NOT_IMPLEMENTED) {
            outcome = self.complete_once(name, id, tags, false).await;
        }
        if outcome.is_err() {
            // Of an earlier try that succeeded, the answer may have been lost.
            if self.holds(name, whole).await.unwrap_or(false) {
                return Ok(());
            }
            return match status_of(&outcome) {
                Some(StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT) => Err(ObjectError::Taken),
                _ => outcome,
            };
        }
        let (found, length) = (self.length(name).await?, whole.length);
        if found == length {
            return Ok(());
        }
        self.delete(name).await?;
        Err(ObjectError::Odd(format!("it has {found} bytes of the {length} that it was sent")))
    }

    async fn complete_once(
        &self,
        name: &str,
        id: &str,
        tags: &[String],
        unless_there: bool,
    ) -> Result<(), ObjectError> {
        let key = self.key(name);
        let tags = tags.iter().map(String::as_str);
        let mut action = CompleteMultipartUpload::new(&self.bucket, Some(&self.credentials), &key, id, tags);
        let (header, value) = UNLESS_THERE;
        if unless_there {
            action.headers_mut().insert(header, value);
        }
        let url = action.sign(SIGNED);
        let body = Bytes::from(action.body());
        let post = || {
            let request = self.client.post(url.clone()).body(body.clone());
            if unless_there { request.header(header, value) } else { request }
        };
        let text = self.told(post).await?;
        // A failure may come with the status of a success.
        CompleteMultipartUploadResponse::parse(&text)
            .map_err(|_| ObjectError::Refused { status: 200, code: code_of(&text) })?;
        Ok(())
    }

    /// Whether there is such an object.
    async fn holds(&self, name: &str, Whole { length, end }: Whole<'_>) -> Result<bool, ObjectError> {
        if self.length(name).await? != length {
            return Ok(false);
        }
        let mut found = Vec::new();
        let mut content = self.open(name, length.saturating_sub(end.len() as u64), length).await?;
        while let Some(piece) = content.next().await? {
            found.extend_from_slice(&piece);
            if found.len() > end.len() {
                return Ok(false);
            }
        }
        Ok(found == end)
    }
}

/// The status of a refusal.
fn status_of(outcome: &Result<(), ObjectError>) -> Option<StatusCode> {
    match outcome {
        Err(ObjectError::Refused { status, .. }) => StatusCode::from_u16(*status).ok(),
        _ => None,
    }
}
