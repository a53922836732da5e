//! How the client of ACME calls: by the server's own client for what goes out.

use std::{error::Error as StdError, pin::Pin};

use async_trait::async_trait;
use bytes::Bytes;
use claviger_outgoing::Authority;
use http::Request;
use http_body_util::BodyExt as _;
use instant_acme::{BodyWrapper, BytesBody, BytesResponse, Error, HttpClient};

/// A client for one authority.
#[derive(Clone)]
pub(crate) struct Wire(pub(crate) Authority);

impl HttpClient for Wire {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let authority = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let request = Request::from_parts(parts, body.to_bytes());
            let answer = authority.send(request).await.map_err(|reason| Error::Other(reason.into()))?;
            let (parts, body) = answer.into_parts();
            Ok(BytesResponse { parts, body: Box::new(Whole(body)) })
        })
    }
}

/// A body that has come.
struct Whole(Bytes);

#[async_trait]
impl BytesBody for Whole {
    async fn into_bytes(&mut self) -> Result<Bytes, Box<dyn StdError + Send + Sync + 'static>> {
        Ok(std::mem::take(&mut self.0))
    }
}
