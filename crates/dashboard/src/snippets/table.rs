//! Facts about SDKs: how each names the application, and what it has as a constant (README, "Which client needs what").

use super::quote::Quote;

/// A language with its SDKs.
pub(crate) struct Language {
    /// Its name in addresses.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    pub(super) quote: Quote,
    pub(super) examples: &'static [Example],
}

/// An SDK in one version of the API.
pub(super) struct Example {
    /// In a few words.
    pub sdk: &'static str,
    /// Version of the Client API.
    pub api: &'static str,
    /// The file in which the application is named.
    pub file: &'static str,
    /// How: `{name}`, `{owner}`, `{version}`, `{secret}` and `{address}` are literals.
    pub lines: &'static str,
    /// The file that holds the hosted service's address, where it is no argument.
    pub address_in: Option<&'static str>,
    /// The file that holds its public key.
    pub key_in: Option<&'static str>,
    /// What else it takes.
    pub also: Option<&'static str>,
}

const CLOCK: Option<&str> = Some("The clock of the customer's machine must be right within 20 seconds.");
const CERTIFICATE: Option<&str> = Some(
    "The server needs a certificate of Let's Encrypt or Google Trust Services: it asks for one of them.",
);

/// The languages, in the order of their tabs.
pub(crate) const LANGUAGES: [Language; 11] = [
    Language { id: "csharp", name: "C#", quote: Quote::Double, examples: CSHARP },
    Language { id: "cpp", name: "C++", quote: Quote::Double, examples: CPP },
    Language { id: "python", name: "Python", quote: Quote::Double, examples: PYTHON },
    Language { id: "rust", name: "Rust", quote: Quote::Double, examples: RUST },
    Language { id: "go", name: "Go", quote: Quote::Double, examples: GO },
    Language { id: "javascript", name: "JavaScript", quote: Quote::Double, examples: JAVASCRIPT },
    Language { id: "java", name: "Java", quote: Quote::Double, examples: JAVA },
    Language { id: "php", name: "PHP", quote: Quote::Single, examples: PHP },
    Language { id: "ruby", name: "Ruby", quote: Quote::Single, examples: RUBY },
    Language { id: "lua", name: "Lua", quote: Quote::Double, examples: LUA },
    Language { id: "vb", name: "VB", quote: Quote::Basic, examples: VB },
];

const CSHARP: &[Example] = &[
    Example {
        sdk: "The example of 2025",
        api: "1.3",
        file: "Program.cs",
        lines: "public static api KeyAuthApp = new api(\n    name: {name},\n    ownerid: {owner},\n    \
                version: {version}\n);",
        address_in: Some("KeyAuth.cs"),
        key_in: Some("KeyAuth.cs"),
        also: CERTIFICATE,
    },
    Example {
        sdk: "The example before October 2024",
        api: "1.2",
        file: "Program.cs",
        lines: "public static api KeyAuthApp = new api(\n    name: {name},\n    ownerid: {owner},\n    \
                secret: {secret},\n    version: {version}\n);",
        address_in: Some("KeyAuth.cs"),
        key_in: None,
        also: CERTIFICATE,
    },
];

const CPP: &[Example] = &[
    Example {
        sdk: "The example of 2025 and 2026",
        api: "1.3",
        file: "main.cpp",
        lines: "std::string name = skCrypt({name}).decrypt();\n\
                std::string ownerid = skCrypt({owner}).decrypt();\n\
                std::string version = skCrypt({version}).decrypt();\n\
                std::string url = skCrypt({address}).decrypt();\n\
                std::string path = skCrypt(\"\").decrypt();\n\n\
                api KeyAuthApp(name, ownerid, version, url, path);",
        address_in: None,
        key_in: Some("auth.cpp"),
        also: Some(
            "It wants https on port 443, and the clock of the customer's machine right within 20 seconds.",
        ),
    },
    Example {
        sdk: "The example before October 2024",
        api: "1.2",
        file: "main.cpp",
        lines: "std::string name = skCrypt({name}).decrypt();\n\
                std::string ownerid = skCrypt({owner}).decrypt();\n\
                std::string secret = skCrypt({secret}).decrypt();\n\
                std::string version = skCrypt({version}).decrypt();\n\
                std::string url = skCrypt({address}).decrypt();\n\
                std::string path = skCrypt(\"\").decrypt();\n\n\
                api KeyAuthApp(name, ownerid, secret, version, url, path);",
        address_in: None,
        key_in: None,
        also: CERTIFICATE,
    },
];

const PYTHON: &[Example] = &[
    Example {
        sdk: "The example of 2025",
        api: "1.3",
        file: "main.py",
        lines: "keyauthapp = api(\n    name = {name},\n    ownerid = {owner},\n    version = {version},\n    \
                hash_to_check = getchecksum()\n)",
        address_in: Some("keyauth.py"),
        key_in: Some("keyauth.py"),
        also: CLOCK,
    },
    Example {
        sdk: "The example before October 2024",
        api: "1.2",
        file: "main.py",
        lines: "keyauthapp = api(\n    name = {name},\n    ownerid = {owner},\n    secret = {secret},\n    \
                version = {version},\n    hash_to_check = getchecksum()\n)",
        address_in: Some("keyauth.py"),
        key_in: None,
        also: None,
    },
];

const RUST: &[Example] = &[Example {
    sdk: "The crate keyauth 1.2.2",
    api: "1.2",
    file: "src/main.rs",
    lines: "let mut auth = keyauth::v1_2::KeyauthApi::new(\n    {name},\n    {owner},\n    {secret},\n    \
            {version},\n    {address},\n);",
    address_in: None,
    key_in: None,
    also: None,
}];

const GO: &[Example] = &[
    Example {
        sdk: "The example of 2026",
        api: "1.3",
        file: "main.go",
        lines: "var name = {name}\nvar ownerid = {owner}\nvar version = {version}",
        address_in: Some("the file that sends the requests"),
        key_in: Some("the same file"),
        also: CLOCK,
    },
    Example {
        sdk: "The older example",
        api: "1.1",
        file: "main.go",
        lines: "var name = {name}\nvar ownerid = {owner}\nvar version = {version}",
        address_in: Some("Auth/Auth.go"),
        key_in: None,
        also: None,
    },
];

const JAVASCRIPT: &[Example] = &[
    Example {
        sdk: "The community's client, npm install @keyauthjs/client",
        api: "1.2",
        file: "your program",
        lines: "const clientApi = new ClientApi({\n    app: {\n        name: {name},\n        ownerid: {owner},\n        \
                ver: {version},\n    },\n    options: {\n        baseUrl: {address},\n    },\n});",
        address_in: None,
        key_in: None,
        also: Some("A proxy before the server must let any Host through."),
    },
    Example {
        sdk: "The older example",
        api: "1.1",
        file: "index.js",
        lines: "KeyAuth.api(\n    {name},\n    {owner},\n    {secret},\n    {version}\n)",
        address_in: Some("KeyAuth.js"),
        key_in: None,
        also: None,
    },
];

const JAVA: &[Example] = &[
    Example {
        sdk: "The library of Tentoxa",
        api: "1.2",
        file: "your program",
        lines: "KeyAuth keyAuth = new KeyAuth(\n    {name},\n    {owner},\n    {version},\n    {address}\n);\n\
                keyAuth.init();",
        address_in: None,
        key_in: None,
        also: Some("Leave forceEncryption off: it sends no enckey."),
    },
    Example {
        sdk: "The older example",
        api: "1.1",
        file: "Application.java",
        lines: "private static String url = {address};\nprivate static String ownerid = {owner};\n\
                private static String appname = {name};\nprivate static String version = {version};",
        address_in: None,
        key_in: None,
        also: None,
    },
];

const PHP: &[Example] = &[Example {
    sdk: "The example of 2026",
    api: "1.3",
    file: "credentials.php",
    lines: "$name = {name};\n$ownerid = {owner};",
    address_in: Some("keyauth.php"),
    key_in: Some("keyauth.php"),
    also: Some("Switch forceHwid off: a web server sends no device."),
}];

const RUBY: &[Example] = &[Example {
    sdk: "The example",
    api: "1.1",
    file: "Main.rb",
    lines: "KeyAuth.new.Api(\n    {name},\n    {owner},\n    {secret},\n    {version}\n)",
    address_in: Some("KeyAuth.rb"),
    key_in: None,
    also: Some("It sends a short device: lower minHwid to 4, or switch forceHwid off."),
}];

const LUA: &[Example] = &[Example {
    sdk: "The example",
    api: "1.1",
    file: "NoUIMain.lua",
    lines: "Name = {name}\nOwnerid = {owner}\nAPPVersion = {version}",
    address_in: Some("the same file"),
    key_in: None,
    also: Some("Switch forceHwid off: it sends no device."),
}];

const VB: &[Example] = &[Example {
    sdk: "The example",
    api: "1.0",
    file: "Form1.vb",
    lines: "Private Shared name As String = {name}\nPrivate Shared ownerid As String = {owner}\n\
            Private Shared secret As String = {secret}\nPrivate Shared version As String = {version}\n\
            Public Shared KeyAuthApp As api = New api(name, ownerid, secret, version)",
    address_in: Some("KeyAuth.vb"),
    key_in: None,
    also: None,
}];
