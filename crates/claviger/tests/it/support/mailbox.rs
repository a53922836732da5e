//! A mail server that keeps what it gets.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Speaks as much SMTP as a mail needs, without encryption.
#[derive(Debug)]
pub struct Mailbox {
    /// For the setting `smtp_url`.
    pub url: String,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Mailbox {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("smtp://{}?tls=none", listener.local_addr().expect("an address"));
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mail = receive(&stream.expect("a connection"));
                kept.lock().expect("no panic").extend(mail);
            }
        });
        Self { url, mails }
    }

    /// The mails so far: envelope and text.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().expect("no panic").clone()
    }
}

fn receive(stream: &TcpStream) -> Option<String> {
    let mut writer = stream;
    let mut say = |text: &str| writer.write_all(format!("{text}\r\n").as_bytes()).ok();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut mail = String::new();
    say("220 mailbox")?;
    while let Some(line) = lines.next() {
        match line.get(..4).unwrap_or_default() {
            "DATA" => {
                say("354 go on")?;
                for line in lines.by_ref().take_while(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                say("250 taken")?;
            }
            "QUIT" => {
                say("221 bye")?;
                break;
            }
            "EHLO" => say("250-mailbox\r\n250 AUTH PLAIN LOGIN")?,
            "AUTH" => say("235 welcome")?,
            word => {
                if matches!(word, "MAIL" | "RCPT") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                say("250 fine")?;
            }
        }
    }
    (!mail.is_empty()).then_some(mail)
}
