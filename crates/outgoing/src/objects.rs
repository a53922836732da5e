//! An object store that speaks S3. The operator chose it, so no guard stands before it, as before the mail server.

use std::{fmt, time::Duration};

use bytes::Bytes;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header};
use rusty_s3::{
    Bucket, Credentials, S3Action, UrlStyle,
    actions::{
        AbortMultipartUpload, CreateMultipartUpload, DeleteObject, GetObject, HeadObject, ListObjectsV2,
        UploadPart,
    },
};

use crate::{
    object_answer::{ObjectError, Uploads, code_of, odd, text, within},
    tls,
};

/// How long a signed address works.
pub(crate) const SIGNED: Duration = Duration::from_secs(3600);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(10);
/// How much longer than an answer a part of 16 MiB may take.
const PART: u32 = 5;
/// How often something is tried, in all and where no answer came in time, and how long the first pause is; each is twice as
/// long as the one before.
const TRIES: u32 = 5;
const LATE_TRIES: u32 = 2;
const PAUSE: Duration = Duration::from_millis(300);

/// Which store, and how to get in.
#[derive(Clone, PartialEq, Eq)]
pub struct ObjectOptions {
    /// Its address, such as `https://s3.eu-central-1.amazonaws.com`.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// What the names of objects begin with; empty, or with a slash at the end.
    pub prefix: String,
    /// Who asks.
    pub access_key: String,
    /// The secret that belongs to it.
    pub secret_key: String,
    /// How long an answer may take; a part of an object five times as long.
    pub patience: Duration,
}

impl fmt::Debug for ObjectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, bucket, prefix, .. } = self;
        write!(f, "ObjectOptions({endpoint}, {bucket}/{prefix})")
    }
}

/// An object store.
pub struct Objects {
    pub(crate) bucket: Bucket,
    pub(crate) credentials: Credentials,
    prefix: String,
    pub(crate) client: Client,
    patience: Duration,
}

impl Objects {
    /// A client for one bucket; nothing is asked yet.
    ///
    /// # Errors
    /// When the options make no sense, or TLS cannot be set up.
    pub fn new(options: &ObjectOptions) -> Result<Self, ObjectError> {
        let settings = |error: &dyn fmt::Display| ObjectError::Settings(format!("the object store: {error}"));
        let endpoint: url::Url = options.endpoint.parse().map_err(|error| settings(&error))?;
        // Stores of one's own seldom have a name for each bucket.
        let amazon = endpoint.host_str().is_some_and(|host| host.ends_with(".amazonaws.com"));
        let style = if amazon { UrlStyle::VirtualHost } else { UrlStyle::Path };
        let bucket = Bucket::new(endpoint, style, options.bucket.clone(), options.region.clone());
        let tls = tls::config(tls::system_roots()).map_err(|error| settings(&error))?;
        let client = tls::client(tls).connect_timeout(CONNECT.min(options.patience)).build();
        Ok(Self {
            bucket: bucket.map_err(|error| settings(&error))?,
            credentials: Credentials::new(options.access_key.clone(), options.secret_key.clone()),
            prefix: options.prefix.clone(),
            client: client.map_err(|error| settings(&error))?,
            patience: options.patience,
        })
    }

    /// How long 16 MiB may take, one way or the other.
    pub fn part_limit(&self) -> Duration {
        self.patience.saturating_mul(PART)
    }

    /// Names, without the prefix, and lengths of all objects.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn list(&self) -> Result<Vec<(String, u64)>, ObjectError> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let mut action = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
            action.with_prefix(self.prefix.as_str());
            if let Some(token) = next.take() {
                action.with_continuation_token(token);
            }
            let url = action.sign(SIGNED);
            let text = self.told(|| self.client.get(url.clone())).await?;
            let page = ListObjectsV2::parse_response(&text).map_err(odd)?;
            for object in page.contents {
                if let Some(name) = object.key.strip_prefix(&self.prefix) {
                    found.push((name.to_owned(), object.size.unwrap_or(0)));
                }
            }
            match page.next_continuation_token {
                Some(token) => next = Some(token),
                None => return Ok(found),
            }
        }
    }

    /// The length of an object.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn length(&self, name: &str) -> Result<u64, ObjectError> {
        let key = self.key(name);
        let url = HeadObject::new(&self.bucket, Some(&self.credentials), &key).sign(SIGNED);
        let reply = self.sent(self.patience, || self.client.head(url.clone())).await?;
        let told =
            reply.headers().get(header::CONTENT_LENGTH).and_then(|told| told.to_str().ok()?.parse().ok());
        told.ok_or_else(|| ObjectError::Odd("it tells no length".into()))
    }

    /// Begins reading an object of `length` bytes at the byte `from`.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn open(&self, name: &str, from: u64, length: u64) -> Result<Download, ObjectError> {
        let key = self.key(name);
        let url = GetObject::new(&self.bucket, Some(&self.credentials), &key).sign(SIGNED);
        let range = (from > 0).then(|| format!("bytes={from}-"));
        let reply = self
            .sent(self.patience, || {
                let request = self.client.get(url.clone());
                range.iter().fold(request, |request, range| request.header(header::RANGE, range))
            })
            .await?;
        let expected = if from > 0 { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        if reply.status() != expected {
            return Err(ObjectError::Odd(format!("it answers {} where {expected} is right", reply.status())));
        }
        if reply.content_length().is_some_and(|told| told != length - from) {
            return Err(ObjectError::Odd("it tells another length than a moment ago".into()));
        }
        Ok(Download { reply, patience: self.patience })
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn delete(&self, name: &str) -> Result<(), ObjectError> {
        let key = self.key(name);
        let url = DeleteObject::new(&self.bucket, Some(&self.credentials), &key).sign(SIGNED);
        self.sent(self.patience, || self.client.delete(url.clone())).await.map(drop)
    }

    /// Begins an upload in parts; its id. Nobody sees it until it is completed.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn begin(&self, name: &str) -> Result<String, ObjectError> {
        let key = self.key(name);
        let url = CreateMultipartUpload::new(&self.bucket, Some(&self.credentials), &key).sign(SIGNED);
        let text = self.told(|| self.client.post(url.clone())).await?;
        let reply = CreateMultipartUpload::parse_response(&text).map_err(odd)?;
        Ok(reply.upload_id().to_owned())
    }

    /// Uploads a part, counted from 1; its tag.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn part(&self, name: &str, id: &str, number: u16, bytes: Bytes) -> Result<String, ObjectError> {
        let key = self.key(name);
        let url = UploadPart::new(&self.bucket, Some(&self.credentials), &key, number, id).sign(SIGNED);
        let put = || self.client.put(url.clone()).body(bytes.clone());
        let reply = self.sent(self.part_limit(), put).await?;
        let tag = reply.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        tag.ok_or_else(|| ObjectError::Odd("it tells no tag of a part".into()))
    }

    /// Names, without the prefix, and ids of uploads that were begun, and neither completed nor given up.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn unfinished(&self) -> Result<Vec<(String, String)>, ObjectError> {
        let (mut found, mut next) = (Vec::new(), None::<(String, String)>);
        loop {
            // An object without a name is the bucket, and for its uploads there is no action of their own.
            let mut action = GetObject::new(&self.bucket, Some(&self.credentials), "");
            let query = action.query_mut();
            query.insert("uploads", "");
            query.insert("prefix", self.prefix.as_str());
            if let Some((key, id)) = next.take() {
                query.insert("key-marker", key);
                query.insert("upload-id-marker", id);
            }
            let url = action.sign(SIGNED);
            let page = Uploads::parse(&self.told(|| self.client.get(url.clone())).await?)?;
            next = page.next();
            for upload in page.uploads {
                if let Some(name) = upload.key.strip_prefix(&self.prefix) {
                    found.push((name.to_owned(), upload.id));
                }
            }
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// Gives up an upload, if it is still there.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn abort(&self, name: &str, id: &str) -> Result<(), ObjectError> {
        let key = self.key(name);
        let url = AbortMultipartUpload::new(&self.bucket, Some(&self.credentials), &key, id).sign(SIGNED);
        match self.sent(self.patience, || self.client.delete(url.clone())).await {
            // Another node may have given it up as well.
            Err(ObjectError::Refused { status: 404, .. }) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Sends a request, several times where that may help, and reads what is answered.
    pub(crate) async fn told(&self, request: impl Fn() -> RequestBuilder) -> Result<String, ObjectError> {
        text(self.sent(self.patience, request).await?, self.patience).await
    }

    /// Sends a request, several times where that may help; each of them may take so long.
    async fn sent(
        &self,
        limit: Duration,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Response, ObjectError> {
        let (mut pause, mut late) = (PAUSE, 0);
        for attempt in 1.. {
            let failure = match within(limit, request().send()).await {
                Ok(reply) if reply.status().is_success() => return Ok(reply),
                Ok(reply) => {
                    let status = reply.status();
                    let told = text(reply, self.patience).await;
                    let code = told.map(|text| code_of(&text)).unwrap_or_default();
                    let refused = ObjectError::Refused { status: status.as_u16(), code };
                    let passing = status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
                        || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status);
                    if !passing {
                        return Err(refused);
                    }
                    refused
                }
                Err(failure) => failure,
            };
            late += u32::from(matches!(failure, ObjectError::Late(_)));
            if attempt >= TRIES || late >= LATE_TRIES {
                return Err(failure);
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(ObjectError::Unreachable("it was not tried".into()))
    }
}

/// An object that is being read.
pub struct Download {
    reply: Response,
    patience: Duration,
}

impl Download {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// When it broke off, or nothing comes.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ObjectError> {
        within(self.patience, self.reply.chunk()).await
    }
}
