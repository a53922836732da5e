//! The platforms that the program can be shipped for, and the tools that build for them.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::tools::command;

/// A platform, by the name that rustc has for it. With glibc the program needs that of the system it runs on, of the
/// same version or a newer one than it was linked with; with musl it is static and needs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Platform {
    /// 64-bit ARM, glibc
    #[value(name = "aarch64-unknown-linux-gnu")]
    Aarch64Gnu,
    /// 64-bit ARM, static
    #[value(name = "aarch64-unknown-linux-musl")]
    Aarch64Musl,
    /// 64-bit x86, glibc
    #[value(name = "x86_64-unknown-linux-gnu")]
    X8664Gnu,
    /// 64-bit x86, static
    #[value(name = "x86_64-unknown-linux-musl")]
    X8664Musl,
}

impl Platform {
    /// What rustc calls it.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// What compiles the C in the program, and links it.
    fn compiler(self) -> &'static str {
        match self {
            Self::Aarch64Gnu => "aarch64-linux-gnu-gcc",
            Self::Aarch64Musl => "aarch64-linux-musl-gcc",
            Self::X8664Gnu => "x86_64-linux-gnu-gcc",
            Self::X8664Musl => "musl-gcc",
        }
    }

    /// What parts the program from its line tables.
    pub fn objcopy(self) -> &'static str {
        match self {
            Self::Aarch64Gnu | Self::Aarch64Musl => "aarch64-linux-gnu-objcopy",
            Self::X8664Gnu | Self::X8664Musl => "x86_64-linux-gnu-objcopy",
        }
    }

    /// The variables that tell the build what compiles and links for the platform.
    pub fn compilers(self) -> [(String, &'static str); 2] {
        let name = self.name().replace('-', "_");
        let linker = format!("CARGO_TARGET_{}_LINKER", name.to_uppercase());
        [(format!("CC_{name}"), self.compiler()), (linker, self.compiler())]
    }

    /// Has a build be one for the platform. The environment may name other compilers.
    ///
    /// # Errors
    /// When the standard library or a compiler for it is missing.
    pub fn prepare(self, build: &mut Command) -> Result<()> {
        let name = self.name();
        build.args(["--target", &name]);
        let library = ["--print", "target-libdir", "--target", &name];
        let library = command::run_reading(Command::new("rustc").args(library))?;
        ensure!(
            Path::new(library.trim()).exists(),
            "the standard library for {name} is missing: `rustup target add {name}`"
        );
        for (variable, compiler) in
            self.compilers().into_iter().filter(|(name, _)| env::var_os(name).is_none())
        {
            ensure!(
                command::succeeds(Command::new(compiler).arg("--version")),
                "{compiler} is missing, a C compiler for {name}; {variable} may name another"
            );
            build.env(variable, compiler);
        }
        Ok(())
    }

    /// Whether the program needs nothing of the system.
    pub fn is_static(self) -> bool {
        matches!(self, Self::Aarch64Musl | Self::X8664Musl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_named_as_rustc_names_them() {
        let known = Command::new("rustc").args(["--print", "target-list"]).output().expect("rustc");
        let known = String::from_utf8(known.stdout).expect("names");
        for platform in Platform::value_variants() {
            assert!(known.lines().any(|line| line == platform.name()), "{}", platform.name());
        }
    }
}
