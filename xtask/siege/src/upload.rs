//! Uploads through the Seller API, as a multipart form.

use crate::http::head;
use crate::tenant::{Tenant, seller_path};

const BOUNDARY: &str = "siege-boundary";

/// The head of an upload of so many bytes, and of the part that holds the file.
pub fn begin(tenant: &Tenant, size: usize) -> Vec<u8> {
    let part = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    let length = (part.len() + size + end().len()).to_string();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let bearer = tenant.bearer();
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", &kind), ("Content-Length", &length)];
    (head("POST", &seller_path("upload", &[]), &headers) + &part).into_bytes()
}

/// What follows the file's last byte.
pub fn end() -> Vec<u8> {
    format!("\r\n--{BOUNDARY}--\r\n").into_bytes()
}

/// All of an upload.
pub fn whole(tenant: &Tenant, size: usize) -> Vec<u8> {
    [begin(tenant, size), vec![b'x'; size], end()].concat()
}
