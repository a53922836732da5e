//! `cargo xtask platforms`: the program for other platforms than this one, built and tried without their machines.

use std::fs;
use std::os::unix::fs::chown;
use std::process::Command;

use anyhow::{Context, Result};

use super::clean_root::{CleanRoot, Serving};
use super::image;
use crate::platform::Platform;
use crate::tools::{command, say, workspace_root};

/// The release of the distribution whose Rust is new enough. It has the standard library for 64-bit ARM with glibc, and
/// the sources of it, from which cargo makes those for musl.
const RELEASE: &str = "sid";
/// What builds and tries them.
const PACKAGES: &[&str] = &[
    "ca-certificates",
    "cargo",
    "gcc",
    "gcc-aarch64-linux-gnu",
    "libc6-dev",
    "libc6-dev-arm64-cross",
    "make",
    "musl-dev:arm64",
    "musl-tools",
    "libstd-rust-dev:arm64",
    "qemu-user",
    "rust-src",
    "rustc",
];
/// What the distribution has in parts only: a compiler for static programs on 64-bit ARM, and beside both C libraries
/// what unwinds the stack. That is of packages that would replace each other, and calls what glibc alone has.
const COMPLETE: &str = r#"set -e
cat > /usr/local/bin/aarch64-linux-musl-gcc <<'END'
#!/bin/sh
exec aarch64-linux-gnu-gcc "$@" -specs /usr/lib/aarch64-linux-musl/musl-gcc.specs
END
cat > /usr/local/bin/x86_64-linux-musl-gcc <<'END'
#!/bin/sh
exec musl-gcc "$@"
END
chmod 755 /usr/local/bin/*-gcc
mkdir /tmp/unwind && cd /tmp/unwind
cat > calls.c <<'END'
#include <stdarg.h>
#include <stdio.h>
int __vfprintf_chk(FILE *file, int flag, const char *format, va_list words) {
    return vfprintf(file, format, words);
}
int __vsnprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, va_list words) {
    return vsnprintf(text, size, format, words);
}
END
# Of the LLVM that the distribution's Rust is made with, which it therefore has.
llvm=$(rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
for pair in amd64:x86_64 arm64:aarch64; do
    cpu=${pair#*:} library=/usr/lib/${pair#*:}-linux-musl/libunwind.a
    apt-get download libunwind-$llvm-dev:${pair%:*}
    dpkg-deb --fsys-tarfile libunwind*_${pair%:*}.deb | tar -xO ./usr/lib/$cpu-linux-gnu/libunwind.a > $library
    $cpu-linux-musl-gcc -O2 -c calls.c
    ar r $library calls.o
done
"#;

/// Builds the program for each platform in a clean system, and lets its server answer there: in its own root folder if
/// it is static, which shows that it needs nothing, and emulated where this processor cannot run it. Needs root.
///
/// # Errors
/// When one does not build, or does not answer.
pub fn run() -> Result<()> {
    let system = CleanRoot::make_mixed(RELEASE, "arm64", PACKAGES)?;
    command::run_quietly(&mut system.inside(&["sh", "-c", COMPLETE]))?;
    image::give_libraries(system.path())?;
    fetch_standard_library(&system)?;
    let sources = system.path().join("claviger");
    let mut clone = Command::new("git");
    command::run_quietly(
        clone.args(["clone", "--quiet", "--no-hardlinks"]).arg(workspace_root()).arg(&sources),
    )?;
    for platform in [Platform::Aarch64Gnu, Platform::Aarch64Musl, Platform::X8664Musl] {
        say(format!("building for {}: many minutes", platform.name()));
        build(&system, platform)?;
        serve(&system, platform)?;
        say(format!("the program for {} was built, and served", platform.name()));
    }
    Ok(())
}

/// Fetches what the standard library is made of, since the system itself reaches nothing, and lets cargo build it.
fn fetch_standard_library(system: &CleanRoot) -> Result<()> {
    let sources = fs::read_dir(system.path().join("usr/src"))?;
    let mut manifests = sources.flatten().map(|entry| entry.path().join("library/Cargo.toml"));
    let manifest = manifests.find(|path| path.exists()).context("rust-src has the library's sources")?;
    let mut fetch = Command::new("cargo");
    fetch.arg("fetch").arg("--manifest-path").arg(manifest).env("CARGO_HOME", system.path().join("cargo"));
    // Its manifests use what is not stable.
    command::run_quietly(fetch.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_NET_OFFLINE")).map(drop)
}

/// The program, unoptimized, which is enough to see that it builds and runs, in the system's folder `/target`.
fn build(system: &CleanRoot, platform: Platform) -> Result<()> {
    let name = platform.name();
    let mut build = system.compiling(&["cargo", "build", "--locked", "--package", "claviger"]);
    build.args(["--target", &name, "--target-dir", "/target", "--manifest-path", "/claviger/Cargo.toml"]);
    build.env("CARGO_HOME", "/cargo").env("CARGO_NET_OFFLINE", "true").env("HOME", "/root");
    build.envs(platform.compilers());
    if platform.is_static() {
        build.env("RUSTC_BOOTSTRAP", "1").env("CARGO_UNSTABLE_BUILD_STD", "std,panic_unwind");
        // Such a library brings neither what begins a program and ends it, nor all that C compilers call.
        build.env("RUSTFLAGS", "-C link-self-contained=no -C target-feature=+crt-static -C link-arg=-lgcc");
    }
    command::run(&mut build)
}

/// Lets the server answer, in a folder that has nothing else if it is static.
fn serve(system: &CleanRoot, platform: Platform) -> Result<()> {
    let built = system.path().join("target").join(platform.name()).join("debug/claviger");
    let alone = tempfile::tempdir()?;
    let root = if platform.is_static() { alone.path() } else { system.path() };
    fs::copy(&built, root.join("claviger-program"))
        .with_context(|| format!("cannot copy {}", built.display()))?;
    let mut program = vec!["/claviger-program"];
    if platform != Platform::X8664Musl {
        let emulator = "qemu-aarch64";
        fs::copy(system.path().join("usr/bin").join(emulator), root.join(emulator))?;
        program.insert(0, "/qemu-aarch64");
    }
    let serving =
        Serving { around: &[], user: "10001:10001", program: &program, settings: &["--data-dir", "/data"] };
    let data = root.join("data");
    fs::create_dir_all(&data)?;
    chown(&data, Some(10001), Some(10001))?;
    serving.answers(root, &alone.path().join("serve.log"))
}
