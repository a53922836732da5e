//! Named steps: each is run, printed and counted.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result, anyhow};

/// The steps so far.
#[derive(Debug, Default)]
pub struct Steps {
    passed: usize,
}

impl Steps {
    /// How many steps have passed.
    pub fn passed(&self) -> usize {
        self.passed
    }

    /// Runs one step and prints its name when it passed.
    ///
    /// # Errors
    /// When the step fails or the library panics in it, as it does on replies of another shape
    /// than it expects.
    pub fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let outcome = catch_unwind(AssertUnwindSafe(step));
        let value = outcome
            .unwrap_or_else(|panic| Err(anyhow!("the library panicked: {}", message(&*panic))))
            .with_context(|| name.to_owned())?;
        self.passed += 1;
        println!("ok      {name}");
        Ok(value)
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Turns the library's results, whose errors are texts, into ours.
pub fn ok<T>(result: Result<T, String>) -> Result<T> {
    result.map_err(|message| anyhow!("the library returned the error: {message}"))
}
