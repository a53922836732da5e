use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;

#[test]
fn encryption_is_the_default() {
    for (written, meant) in [
        ("smtps://u:p@mail.example.org", Some("smtps://u:p@mail.example.org")),
        ("smtp://mail.example.org", Some("smtp://mail.example.org?tls=required")),
        ("smtp://mail.example.org?tls=required", Some("smtp://mail.example.org?tls=required")),
        ("smtp://mail.example.org:25?tls=none", Some("smtp://mail.example.org:25")),
        ("smtp://h?tls=opportunistic", Some("smtp://h?tls=opportunistic")),
        ("smtp://h/this.example.org", Some("smtp://h/this.example.org?tls=required")),
        ("smtp://h?tls=maybe", None),
        ("smtp://h?tls=", None),
        ("smtps://h?tls=none", None),
        ("smtp://user@h", None),
        ("smtp://:password@h", None),
        ("https://h", None),
        ("smtp://", None),
        ("mail.example.org:25", None),
        ("", None),
    ] {
        assert_eq!(read_url(written).map(|(url, ..)| url).as_deref(), meant, "{written}");
    }
}

#[test]
fn bad_settings_are_told_without_secrets() {
    let new = |url: &str, from: &str| {
        let error = Mailer::new(&MailOptions { url: url.into(), from: from.into() }).err();
        error.map(|error| error.to_string())
    };
    assert_eq!(new("smtps://u:p@h", "Shop <a@example.org>"), None);
    let error = new("smtp://user:hunter2@h?tls=x", "a@example.org").unwrap();
    assert!(error.contains("smtp_url") && !error.contains("hunter2"), "{error}");
    for from in
        ["no address", "", "Shop <a@example.org>\r\nBcc: b@example.org", "a@example.org, b@example.org"]
    {
        let error = new("smtps://user:hunter2@h", from).unwrap();
        assert!(error.contains("smtp_from") && !error.contains("hunter2"), "{error}");
    }
    let debug = format!("{:?}", MailOptions { url: "smtps://u:hunter2@h".into(), from: "a@b.org".into() });
    assert!(!debug.contains("hunter2"), "{debug}");
}

/// A mail server that takes one connection and answers commands, by their first word, as told; others with 250.
struct Server {
    port: u16,
    lines: Arc<Mutex<Vec<String>>>,
}

type Answers = &'static [(&'static str, &'static str)];

impl Server {
    async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let server = Self { port, lines: lines.clone() };
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            // The client hangs up when it is done; that is no error here.
            let _ = talk(stream, answers, &lines).await;
        });
        server
    }

    fn mailer(&self, user: &str, query: &str) -> Mailer {
        let url = format!("smtp://{user}127.0.0.1:{}/this.example.org{query}", self.port);
        let from = "Shop <no-reply@example.org>".into();
        let mailer = Mailer::new(&MailOptions { url, from }).unwrap();
        // No test is to fail because the machine is slow.
        Mailer { timeout: Duration::from_secs(60), ..mailer }
    }

    /// What the client has sent.
    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, answers: Answers, lines: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut in_message, mut line) = (false, String::from("greeting"));
    loop {
        let word = if in_message { line.as_str() } else { line.split(' ').next().unwrap_or_default() };
        let told = answers.iter().find(|(command, _)| *command == word).map(|(_, answer)| *answer);
        let answer = match (in_message, word) {
            (true, ".") => Some(told.unwrap_or("250 taken")),
            (true, _) => None,
            (false, "DATA") => Some(told.unwrap_or("354 go on")),
            (false, "greeting") => Some(told.unwrap_or("220 mail.test")),
            (false, "QUIT") => Some(told.unwrap_or("221 bye")),
            (false, _) => Some(told.unwrap_or("250 fine")),
        };
        if let Some(answer) = answer {
            in_message = word == "DATA" && answer.starts_with('3');
            if answer.is_empty() {
                std::future::pending::<()>().await;
            }
            stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        assert_eq!(line.pop().zip(line.pop()), Some(('\n', '\r')), "lines end with CR LF");
        lines.lock().unwrap().push(line.clone());
    }
}

#[tokio::test]
async fn a_mail_arrives() {
    let server = Server::start(&[]).await;
    let text = "Hello,\n\nhere is the link:\nhttps://example.org/reset/0\n.\nBye\n";
    server.mailer("", "?tls=none").send("user@example.com", "Your\r\nBcc: x@y.org", text).await.unwrap();
    let mut lines = server.lines();
    let mut take = |start: &str| {
        let at = lines.iter().position(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}"));
        lines.remove(at)
    };
    let id = take("Message-ID: <");
    assert!(id.ends_with("@example.org>"), "{id}");
    assert!(take("Date: ").ends_with(" +0000"));
    // QUIT may come later.
    let end = lines.iter().position(|line| line == ".").unwrap();
    assert_eq!(
        lines[..=end],
        [
            "EHLO this.example.org",
            "MAIL FROM:<no-reply@example.org>",
            "RCPT TO:<user@example.com>",
            "DATA",
            "From: Shop <no-reply@example.org>",
            "To: user@example.com",
            "Subject: Your  Bcc: x@y.org",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 7bit",
            "",
            "Hello,",
            "",
            "here is the link:",
            "https://example.org/reset/0",
            "..",
            "Bye",
            "",
            ".",
        ]
    );
}

#[tokio::test]
async fn other_letters_are_encoded() {
    let server = Server::start(&[]).await;
    server.mailer("", "?tls=none").send("user@example.com", "Grüße", "Grüße").await.unwrap();
    let lines = server.lines();
    assert!(lines.iter().all(|line| line.is_ascii()), "{lines:?}");
    assert!(lines.contains(&"Subject: =?utf-8?b?R3LDvMOfZQ==?=".to_owned()), "{lines:?}");
    assert!(lines.contains(&"R3LDvMOfZQ==".to_owned()), "{lines:?}");
}

#[tokio::test]
async fn addresses_that_are_none() {
    let mailer = Mailer::new(&MailOptions { url: "smtp://h".into(), from: "a@example.org".into() }).unwrap();
    for to in [
        "",
        "user",
        "@example.org",
        "user@",
        "a b@example.org",
        "user@example.org\r\nBcc: other@example.org",
        "user@example.org\r\nRCPT TO:<other@example.org>",
        "user\n@example.org",
        "\"a\r\nb\"@example.org",
        "user@exa\tmple.org",
        "user@example.org\0",
        "<user@example.org>",
        "User <user@example.org>",
        "user@example.org, other@example.org",
        "user@example.org>",
        "user@example.org> NOTIFY=NEVER",
    ] {
        assert_eq!(mailer.send(to, "subject", "text").await, Err(MailError::BadAddress), "{to:?}");
    }
}

#[tokio::test]
async fn refusals_are_told() {
    let refusals: [(Answers, &str); 5] = [
        (&[("greeting", "554 go away")], "the mail server: permanent error (554): go away"),
        (&[("MAIL", "451 later")], "the mail server: transient error (451): later"),
        (&[("RCPT", "550 no such user")], "the mail server: permanent error (550): no such user"),
        (&[("DATA", "554 no")], "the mail server: permanent error (554): no"),
        (&[(".", "552 spam")], "the mail server: permanent error (552): spam"),
    ];
    for (answers, expected) in refusals {
        let server = Server::start(answers).await;
        let error =
            server.mailer("", "?tls=none").send("user@example.com", "subject", "text").await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn a_login_is_tested() {
    let server = Server::start(&[("EHLO", "250-mail.test\r\n250 AUTH PLAIN"), ("AUTH", "235 welcome")]).await;
    server.mailer("us%40er:pass%2Fword@", "?tls=none").test().await.unwrap();
    // "\0us@er\0pass/word"
    assert!(
        server.lines().contains(&"AUTH PLAIN AHVzQGVyAHBhc3Mvd29yZA==".to_owned()),
        "{:?}",
        server.lines()
    );
    assert!(!server.lines().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn a_refused_login_shows_neither_user_nor_password() {
    let answers: Answers = &[
        ("EHLO", "250-mail.test\r\n250 AUTH PLAIN"),
        ("AUTH", "535 user bob@shop may not log in with bob@shop-hunter2"),
    ];
    let server = Server::start(answers).await;
    let error = server.mailer("bob%40shop:bob%40shop-hunter2@", "?tls=none").test().await.unwrap_err();
    assert_eq!(error.to_string(), "the mail server: permanent error (535): user … may not log in with …");
    assert!(!format!("{error:?}").contains("bob"), "{error:?}");
}

#[tokio::test]
async fn no_password_without_the_encryption_that_was_asked_for() {
    for query in ["", "?tls=required"] {
        let server = Server::start(&[("EHLO", "250-mail.test\r\n250 AUTH PLAIN")]).await;
        let mailer = server.mailer("user:hunter2@", query);
        let error = mailer.test().await.unwrap_err();
        assert_eq!(error.to_string(), "the mail server: STARTTLS is not supported on this server");
        assert!(!server.lines().iter().any(|line| line.starts_with("AUTH")), "{:?}", server.lines());
    }
}

#[tokio::test]
async fn a_handshake_that_fails_is_told() {
    let answers: Answers = &[("EHLO", "250-mail.test\r\n250 STARTTLS"), ("STARTTLS", "220 this is no TLS")];
    for query in ["", "?tls=opportunistic"] {
        let server = Server::start(answers).await;
        let error = server.mailer("", query).test().await.unwrap_err();
        assert!(matches!(error, MailError::Smtp(_)), "{error}");
    }
}

#[tokio::test]
async fn nobody_waits_for_a_silent_server() {
    let silent: [Answers; 3] = [&[("greeting", "")], &[("EHLO", "")], &[("RCPT", "")]];
    for answers in silent {
        let server = Server::start(answers).await;
        let mailer = Mailer { timeout: Duration::from_millis(100), ..server.mailer("", "?tls=none") };
        assert_eq!(mailer.send("user@example.com", "subject", "text").await, Err(MailError::Timeout));
    }
    let server = Server::start(&[("greeting", "")]).await;
    let mailer = Mailer { timeout: Duration::from_millis(100), ..server.mailer("", "?tls=none") };
    assert_eq!(mailer.test().await, Err(MailError::Timeout));
}

#[tokio::test]
async fn no_server_at_all() {
    // Bound, so that it is nobody else's, but not listening.
    let deaf = tokio::net::TcpSocket::new_v4().unwrap();
    deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("smtp://user:hunter2@{}?tls=none", deaf.local_addr().unwrap());
    let mailer = Mailer::new(&MailOptions { url, from: "a@example.org".into() }).unwrap();
    let error = mailer.test().await.unwrap_err().to_string();
    assert!(error.starts_with("the mail server: ") && error.contains("refused"), "{error}");
}
