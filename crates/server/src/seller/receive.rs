//! Files in requests, on disk as they come. Whether somebody may send one is decided by the head of the request.

use std::{
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header, request::Parts},
};
use bytes::Bytes;
use claviger_capacity::{Meter, Pace, Permit};
use claviger_domain::ClientAddress;
use claviger_service::{App, Service, ServiceError, vendor::Upload};
use claviger_wire::seller::{FORM_MAX, SellerParams, SellerReply, UploadFault, UploadForm, UploadPiece};
use futures_util::{Stream, StreamExt};

use super::Stop;

/// How long a client may take to send a file.
const UPLOAD_WITHIN: Duration = Duration::from_mins(10);
/// How slowly a client may send.
const PACE: Pace = Pace { grace: Duration::from_secs(30), bytes_per_second: 1024 };
/// So much of a body that is not wanted is read, and for so long: who sends without looking would not see the reply.
const DISCARDED: usize = 1024 * 1024;
const DISCARDED_WITHIN: Duration = Duration::from_secs(5);

/// A file that came along.
pub(crate) struct Received {
    /// Its name, as the sender has it.
    pub(super) name: String,
    pub(super) upload: Upload,
    /// Held until it is added.
    pub(super) place: Permit,
}

impl Received {
    /// A file that is in memory.
    pub(super) async fn of_bytes(
        service: &Service,
        app: &App,
        ip: ClientAddress,
        name: &str,
        bytes: &[u8],
    ) -> Result<Self, Stop> {
        let place = service.upload_place(app, ip).map_err(ServiceError::from)?;
        let length = bytes.len() as u64;
        let mut upload = service.begin_upload(app, length, length).await?;
        upload.write(bytes).await?;
        Ok(Self { name: name.into(), upload, place })
    }
}

/// The type of a request's body.
pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
}

/// Reads the body of an upload, the file in it onto the disk. What was sent beside it are parameters.
///
/// # Errors
/// When there is no place or no room, or the body is not as it should be. Nothing is left on disk then.
pub(super) async fn receive(
    service: &Service,
    app: &App,
    ip: ClientAddress,
    parts: &Parts,
    body: Body,
) -> Result<(SellerParams, Option<Received>), Stop> {
    let body = Shared(Arc::new(Mutex::new(body.into_data_stream())));
    let outcome = read(service, app, ip, parts, body.clone()).await;
    if outcome.is_err() {
        discard(&parts.headers, body).await;
    }
    outcome
}

async fn read(
    service: &Service,
    app: &App,
    ip: ClientAddress,
    parts: &Parts,
    body: Shared,
) -> Result<(SellerParams, Option<Received>), Stop> {
    let place = service.upload_place(app, ip).map_err(ServiceError::from)?;
    let length =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let least = length.map_or(0, |length: u64| length.saturating_sub(FORM_MAX as u64));
    let mut upload = service.begin_upload(app, least, length.unwrap_or(u64::MAX)).await?;
    let mut form = UploadForm::new(content_type(&parts.headers).unwrap_or_default(), body)?;
    let (end, mut meter) = (Instant::now() + UPLOAD_WITHIN, Meter::new(PACE, Instant::now()));
    let mut name = None;
    loop {
        let until = end.min(meter.until());
        let next = tokio::time::timeout_at(until.into(), form.next()).await;
        match next.unwrap_or(Err(UploadFault::Broken))? {
            Some(UploadPiece::File(told)) => name = Some(told),
            Some(UploadPiece::Bytes(bytes)) => {
                meter.moved(bytes.len(), Instant::now());
                upload.write(&bytes).await?;
            }
            None => break,
        }
    }
    let params = SellerParams::of_form(parts.uri.query().unwrap_or_default(), form.into_params());
    Ok((params, name.map(|name| Received { name, upload, place })))
}

impl From<UploadFault> for Stop {
    fn from(fault: UploadFault) -> Self {
        let status = match fault {
            UploadFault::Malformed | UploadFault::OtherFile => 400,
            UploadFault::TooLarge | UploadFault::Broken => 413,
        };
        SellerReply::failure(fault.to_string()).status(status).into()
    }
}

/// Reads a part of a body that is not wanted, unless the client waits to be asked for it.
pub(super) async fn discard(headers: &HeaderMap, body: impl Stream<Item = Result<Bytes, axum::Error>>) {
    if headers.contains_key(header::EXPECT) {
        return;
    }
    let mut body = pin!(body);
    let reading = async {
        let mut read = 0;
        while let Some(Ok(bytes)) = body.next().await {
            read += bytes.len();
            if read > DISCARDED {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DISCARDED_WITHIN, reading).await;
}

/// A body that is still there for whoever gives up reading it.
#[derive(Clone)]
struct Shared(Arc<Mutex<BodyDataStream>>);

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}
