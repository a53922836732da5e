//! A small object store, as much of S3 as backups need, that does badly where a test asks for it.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Every second request gets a 503.
    Busy,
    /// Parts are refused.
    Full,
    /// What was completed is said to be shorter.
    Short,
    /// Contents break off after some bytes, and go on when asked again.
    Breaks,
    /// Contents that were kept are changed.
    Rots,
    /// Whoever asks may only read.
    Closed,
    /// Uploads are not listed.
    HidesUploads,
    /// Nothing is answered.
    Silent,
    /// Lists come a byte at a time.
    DripsLists,
    /// Contents come a byte at a time.
    DripsContents,
    /// Of contents the first half comes, and then nothing more.
    HaltsContents,
    /// Parts are not taken beyond their first bytes.
    Stalls,
    /// Just before an upload is completed, somebody else completes one of the same name and length.
    Overtaken,
    /// Uploads are completed, and the answer is cut off.
    CutsCompletions,
    /// Uploads are completed, and nothing is answered.
    SilentCompletions,
    /// Uploads are not completed, which is told with the status of a success.
    FailsCompletions,
    /// Nothing can be asked for under a condition.
    Unconditional,
}

#[derive(Default)]
struct Kept {
    objects: BTreeMap<String, Vec<u8>>,
    /// By their ids: the name of the object, and the parts.
    parts: BTreeMap<String, (String, BTreeMap<u32, Vec<u8>>)>,
    requests: u64,
    fault: Option<Fault>,
}

/// The store, in this process.
#[derive(Clone)]
pub struct Objects {
    pub url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Objects {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = kept.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = shared.clone();
                thread::spawn(move || while serve(&stream, &kept).is_some() {});
            }
        });
        Self { url, kept }
    }

    pub fn fault(&self, fault: Fault) {
        self.kept.lock().expect("no panic").fault = Some(fault);
    }

    /// Names of the objects.
    pub fn names(&self) -> Vec<String> {
        self.kept.lock().expect("no panic").objects.keys().cloned().collect()
    }

    /// Uploads that were begun, and neither completed nor given up.
    pub fn uploads(&self) -> usize {
        self.kept.lock().expect("no panic").parts.len()
    }

    /// Begins an upload that nobody goes on with.
    pub fn leave_unfinished(&self, name: &str) {
        let mut kept = self.kept.lock().expect("no panic");
        kept.parts.insert(format!("left-{name}"), (name.into(), BTreeMap::new()));
    }

    /// Names of the objects of which uploads were begun, and neither completed nor given up.
    pub fn unfinished(&self) -> Vec<String> {
        self.kept.lock().expect("no panic").parts.values().map(|(name, _)| name.clone()).collect()
    }

    /// Requests until now.
    pub fn requests(&self) -> u64 {
        self.kept.lock().expect("no panic").requests
    }

    /// What is in an object.
    pub fn content(&self, name: &str) -> Vec<u8> {
        self.kept.lock().expect("no panic").objects[name].clone()
    }

    /// How many bytes an object has.
    pub fn length(&self, name: &str) -> usize {
        self.kept.lock().expect("no panic").objects[name].len()
    }
}

/// Answers one request; `None` at the end of the connection.
fn serve(stream: &TcpStream, kept: &Mutex<Kept>) -> Option<()> {
    let mut input = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        lines.iter().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let mut words = lines[0].split(' ');
    let (method, target) = (words.next()?, words.next()?);
    if kept.lock().expect("no panic").fault == Some(Fault::Stalls) && method == "PUT" {
        // The connection stays open, and nobody reads what is sent.
        loop {
            thread::park();
        }
    }
    let mut body = vec![0; header("content-length").and_then(|told| told.parse().ok()).unwrap_or(0)];
    input.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    assert!(query.contains("X-Amz-Signature="), "not signed: {target}");
    let from =
        header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let mut kept = kept.lock().expect("no panic");
    kept.requests += 1;
    let condition = header("if-none-match");
    let signs_it = query.contains("X-Amz-SignedHeaders=host%3Bif-none-match");
    assert_eq!(condition.is_some(), signs_it, "what is asked for is signed: {target}");
    let reply = match condition.as_deref() {
        Some(_) if kept.fault == Some(Fault::Unconditional) => refusal(501, "NotImplemented"),
        condition => answer(&mut kept, method, path, query, (from, condition == Some("*")), body),
    };
    let completes = method == "POST" && query.contains("uploadId=") && reply.status == 200;
    let (fault, content) = (kept.fault, path.contains(".backup"));
    let breaks = fault == Some(Fault::Breaks) && method == "GET" && content;
    let drips = fault == Some(if content { Fault::DripsContents } else { Fault::DripsLists });
    drop(kept);
    if completes && fault == Some(Fault::CutsCompletions) {
        return None;
    }
    if fault == Some(Fault::Silent) || completes && fault == Some(Fault::SilentCompletions) {
        // Until the other side goes.
        io::copy(&mut input, &mut io::sink()).ok()?;
        return None;
    }
    let mut out = stream;
    let length = reply.length.unwrap_or(reply.body.len());
    let head =
        format!("HTTP/1.1 {} X\r\nContent-Length: {length}\r\nETag: \"{length:x}\"\r\n\r\n", reply.status);
    out.write_all(head.as_bytes()).ok()?;
    if method == "HEAD" {
        return Some(());
    }
    if drips {
        for byte in &reply.body {
            out.write_all(&[*byte]).ok()?;
            // The pace of a store that is slow, which nobody waits for.
            thread::sleep(Duration::from_millis(100));
        }
        return Some(());
    }
    if fault == Some(Fault::HaltsContents) && content {
        out.write_all(&reply.body[..reply.body.len() / 2]).ok()?;
        // Until the other side goes.
        io::copy(&mut input, &mut io::sink()).ok()?;
        return None;
    }
    // Not so little that it would be tried too often.
    let sent = if breaks { reply.body.len().min(reply.body.len() / 2 + 4096) } else { reply.body.len() };
    out.write_all(&reply.body[..sent]).ok()?;
    (sent == reply.body.len()).then_some(())
}

struct Reply {
    status: u16,
    /// Where it is not that of the body.
    length: Option<usize>,
    body: Vec<u8>,
}

fn with(status: u16, body: String) -> Reply {
    Reply { status, length: None, body: body.into_bytes() }
}

fn refusal(status: u16, code: &str) -> Reply {
    with(status, format!("<Error><Code>{code}</Code></Error>"))
}

fn answer(
    kept: &mut Kept,
    method: &str,
    path: &str,
    query: &str,
    (from, unless_there): (Option<usize>, bool),
    body: Vec<u8>,
) -> Reply {
    let fault = kept.fault.unwrap_or(Fault::None);
    if fault == Fault::Busy && kept.requests % 2 == 1 {
        return refusal(503, "SlowDown");
    }
    if fault == Fault::Closed && !["GET", "HEAD"].contains(&method) {
        return refusal(403, "AccessDenied");
    }
    let namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    let parameter = |name: &str| {
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
    };
    let (upload, part) = (parameter("uploadId"), parameter("partNumber"));
    let Some(name) = path.strip_prefix("/bucket/").filter(|name| !name.is_empty()) else {
        if parameter("uploads").is_some() {
            if fault == Fault::HidesUploads {
                return refusal(403, "AccessDenied");
            }
            // A page has one.
            let after = parameter("upload-id-marker").map(|id| id.replace("%2F", "/"));
            let mut left = kept.parts.iter().filter(|(id, _)| after.as_ref().is_none_or(|after| *id > after));
            let first = left.next().map(|(id, (name, _))| {
                let more = left.next().is_some();
                format!(
                    "<NextKeyMarker>{name}</NextKeyMarker><NextUploadIdMarker>{id}</NextUploadIdMarker>\
                     <IsTruncated>{more}</IsTruncated><Upload><Key>{name}</Key><UploadId>{id}</UploadId></Upload>"
                )
            });
            let inner = first.unwrap_or_default();
            return with(
                200,
                format!("<ListMultipartUploadsResult {namespace}>{inner}</ListMultipartUploadsResult>"),
            );
        }
        let contents: String = kept
            .objects
            .iter()
            .map(|(name, bytes)| {
                format!("<Contents><Key>{name}</Key><Size>{}</Size></Contents>", bytes.len())
            })
            .collect();
        return with(200, format!("<ListBucketResult {namespace}>{contents}</ListBucketResult>"));
    };
    match (method, upload) {
        ("POST", None) => {
            let id = format!("upload{}", kept.requests);
            kept.parts.insert(id.clone(), (name.to_owned(), BTreeMap::new()));
            let inner = format!("<UploadId>{id}</UploadId>");
            with(
                200,
                format!("<InitiateMultipartUploadResult {namespace}>{inner}</InitiateMultipartUploadResult>"),
            )
        }
        ("PUT", Some(_)) if fault == Fault::Full => refusal(403, "QuotaExceeded"),
        ("PUT", Some(id)) => {
            let number = part.and_then(|part| part.parse().ok()).expect("a number");
            kept.parts.get_mut(&id).expect("an upload").1.insert(number, body);
            with(200, String::new())
        }
        ("POST", Some(_)) if fault == Fault::FailsCompletions => {
            with(200, "<Error><Code>InternalError</Code></Error>".into())
        }
        ("POST", Some(id)) => {
            let Some((_, parts)) = kept.parts.get(&id) else { return refusal(404, "NoSuchUpload") };
            let mut all = parts.values().flatten().copied().collect::<Vec<u8>>();
            if fault == Fault::Overtaken {
                kept.objects.entry(name.to_owned()).or_insert_with(|| vec![0; all.len()]);
            }
            if unless_there && kept.objects.contains_key(name) {
                return refusal(412, "PreconditionFailed");
            }
            kept.parts.remove(&id);
            if fault == Fault::Rots {
                let middle = all.len() / 2;
                all[middle] ^= 1;
            }
            kept.objects.insert(name.to_owned(), all);
            let inner = "<ETag>\"tag\"</ETag>";
            with(
                200,
                format!("<CompleteMultipartUploadResult {namespace}>{inner}</CompleteMultipartUploadResult>"),
            )
        }
        ("DELETE", Some(id)) => {
            kept.parts.remove(&id.replace("%2F", "/"));
            with(204, String::new())
        }
        ("DELETE", None) => {
            kept.objects.remove(name);
            with(204, String::new())
        }
        ("HEAD" | "GET", _) => match kept.objects.get(name) {
            None => refusal(404, "NoSuchKey"),
            Some(bytes) => {
                let told = (fault == Fault::Short).then(|| bytes.len() - 1);
                let status = if from.is_some() { 206 } else { 200 };
                let length = if method == "HEAD" { Some(told.unwrap_or(bytes.len())) } else { None };
                Reply { status, length, body: bytes[from.unwrap_or(0)..].to_vec() }
            }
        },
        _ => refusal(400, "Unknown"),
    }
}
