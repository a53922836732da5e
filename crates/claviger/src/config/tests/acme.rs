//! Settings of the authority that certificates come from.

use std::path::Path;

use claviger_acme::ChallengeKind;

use super::{Certificate, refusal, resolve};

const ACME: &str = r#"
    acme_domains = ["License.example.com", "second.example.com."]
    acme_terms_agreed = true
    acme_email = "admin@example.com"
    acme_directory = "staging"
    acme_ca_file = "root.pem"
    acme_challenge = "http-01"
    acme_dir = "acme"
    redirect_listen = "0.0.0.0:80"
    public_url = "https://license.example.com"
"#;

#[test]
fn certificates_may_come_from_an_authority() {
    let acme_of = |args: &[&str], text: &str| match resolve(args, text).unwrap().tls.expect("TLS").certificate
    {
        Certificate::Acme(options) => options,
        Certificate::Files(files) => panic!("{files:?}"),
    };
    let told = acme_of(&[], ACME);
    assert_eq!(told.directory, "https://acme-staging-v02.api.letsencrypt.org/directory");
    assert_eq!(told.domains, ["license.example.com", "second.example.com"]);
    assert_eq!((told.email.as_deref(), told.challenge), (Some("admin@example.com"), ChallengeKind::Http01));
    assert_eq!(told.ca_file.as_deref(), Some(Path::new("/etc/claviger/root.pem")));
    assert_eq!(told.folder, Path::new("/etc/claviger/acme"));
    let args = "--acme-domains a.example --acme-email b@example.com --acme-directory https://ca.example/dir \
                --acme-ca-file r --acme-challenge tls-alpn-01 --acme-dir d";
    let args: Vec<&str> = args.split_whitespace().collect();
    let given = acme_of(&args, ACME);
    assert_eq!(
        (given.directory.as_str(), given.domains),
        ("https://ca.example/dir", vec!["a.example".into()])
    );
    assert_eq!((given.email.as_deref(), given.challenge), (Some("b@example.com"), ChallengeKind::TlsAlpn01));
    assert_eq!((given.ca_file.as_deref(), given.folder.as_path()), (Some(Path::new("r")), Path::new("d")));
    let plain = acme_of(&["--acme-domains", "a.example", "--acme-terms-agreed"], "");
    assert_eq!(plain.directory, "https://acme-v02.api.letsencrypt.org/directory");
    assert_eq!((plain.folder.as_path(), plain.ca_file), (Path::new("claviger-data/acme"), None));
}

#[test]
fn an_authority_is_not_asked_by_halves() {
    for (text, advice) in [
        (
            "acme_domains = [\"a.example\"]",
            "acme_terms_agreed is not: read the terms of service of https://acme-v02",
        ),
        (
            "acme_email = \"a@example.com\"",
            "acme_email is set, acme_domains is not: name what the certificate is for",
        ),
        (
            "acme_domains = [\"*.a.example\"]",
            "\"*.a.example\" has an asterisk, which needs a challenge by DNS",
        ),
        ("acme_domains = [\"192.0.2.1\"]", "\"192.0.2.1\" is an address, not the name of a host"),
        ("acme_email = \"a\"", "`a` is no e-mail address: write one such as admin@example.com"),
        ("acme_directory = \"http://ca/\"", "`http://ca/` is no directory of an authority: write production"),
        ("acme_challenge = \"dns-01\"", "`dns-01` is no challenge that is known here: write tls-alpn-01"),
        (
            "acme_domains = [\"a.example\"]\nacme_terms_agreed = true\nacme_challenge = \"http-01\"",
            "acme_challenge is http-01, redirect_listen is not set: the authority asks there, by port 80",
        ),
        (
            "acme_domains = [\"a.example\"]\nacme_terms_agreed = true\ntls_cert_file = \"c\"\ntls_key_file = \"k\"",
            "tls_cert_file and acme_domains are both set: name files, or let the server get a certificate",
        ),
        (
            "redirect_listen = \"0.0.0.0:80\"",
            "public_url names no address with https: say where it is to lead",
        ),
    ] {
        let refusal = refusal(&[], text);
        assert!(refusal.contains(advice), "{text}: {refusal}");
    }
}
