//! Keeps the memory of this process, which holds plaintext and keys, from becoming a file.
//!
//! The unit of the package does the same (`LimitCORE=0`); this holds for whoever starts the
//! program in another way. Swap is for the unit and the machine alone.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Forbids core files, and that another process of the same user reads this one's memory.
///
/// # Errors
/// The system refuses.
pub fn forbid_core_files() -> std::io::Result<()> {
    // The limit alone is not enough: the kernel ignores it when it pipes cores to a program.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{dumpable_behavior, getrlimit};

    #[test]
    fn neither_core_file_nor_reader_is_left() {
        forbid_core_files().unwrap();
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
