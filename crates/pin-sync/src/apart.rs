//! Work on secrets, on a stack of its own.

/// More than the deepest of the primitives takes; pages that are not touched cost nothing.
const STACK: usize = 1 << 20;

/// Runs `work` on a stack that the system takes back at the end, so that nothing which the primitives
/// left in their frames outlives it. What `work` returns should hold its secrets on the heap, in
/// places that are wiped: the value itself crosses the caller's stack.
pub fn apart<T>(work: impl FnOnce() -> T) -> T {
    stacker::grow(STACK, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_elsewhere_and_may_hold_references_and_be_nested() {
        let here = 0_u8;
        let mut seen = Vec::new();
        let answer = apart(|| {
            let there = 0_u8;
            seen.push(std::ptr::from_ref(&there).addr());
            apart(|| seen.len() + 41)
        });
        assert_eq!(answer, 42);
        let distance = seen[0].abs_diff(std::ptr::from_ref(&here).addr());
        assert!(distance > 1 << 12, "{distance} bytes from here");
    }
}
