//! The project's own chores, run as `cargo xtask CHORE`.
//!
//! | chore | what it does |
//! |---|---|
//! | `test` | every test of the workspace, with a private PostgreSQL cluster |
//! | `e2e` | published and hand-written clients against running servers |
//! | `fuzz` | generated inputs for what reads and writes texts of strangers |
//! | `bench` | throughput, latency, memory, beside a bare handler as the ceiling |
//! | `siege` | attacks, each with an honest client of another tenant beside it |
//! | `screenshots` | pictures of every page of the dashboard, to look at |
//! | `openapi` | writes `docs/openapi.json`, the description of the APIs, anew |
//! | `dist` | the program as it is shipped, with its line tables in a file beside it |
//! | `deb` | the Debian package, tried in a clean system |
//! | `image` | the container image, built and tried without a registry of images |
//! | `platforms` | the program for other platforms than this one, built and tried |
//! | `deny` | licenses, sources and known faults of all dependencies |
//! | `ci` | formatting, lints, `deny`, `fuzz`, `e2e`, `siege` and `test`: what a change must pass |
//!
//! What a chore needs from the system (PostgreSQL, wrk, OpenSSL's headers, Python, Chromium) it installs itself on
//! Debian and Ubuntu, as root or through sudo.

pub mod bench;
pub mod ci;
pub mod dist;
pub mod e2e;
pub mod fuzz;
pub mod openapi;
pub mod packages;
pub mod platform;
pub mod postgres;
pub mod process;
pub mod screenshots;
pub mod server;
pub mod siege;
pub mod test;
pub mod tools;
