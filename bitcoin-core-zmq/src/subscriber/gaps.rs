//! What the counters of messages tell.

use crate::topic::Topic;

/// What is missing before a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gap {
    /// So many messages of the topic were lost.
    Lost(u32),
    /// The publisher has begun anew, and so many messages were lost since. Nobody knows how many before.
    ///
    /// One that has published more since than it had before looks as if it had gone on.
    Restarted(u32),
}

/// Which numbers come next.
#[derive(Debug, Default)]
pub(super) struct Counters([Option<u32>; Topic::ALL.len()]);

impl Counters {
    /// What is missing before the message of this number.
    pub(super) fn note(&mut self, topic: Topic, counter: u32) -> Option<Gap> {
        let expected = self.0[topic as usize].replace(counter.wrapping_add(1))?;
        match counter.wrapping_sub(expected) {
            0 => None,
            // Half of the numbers are ahead, so it is no way back.
            ahead if ahead <= u32::MAX / 2 => Some(Gap::Lost(ahead)),
            _ => Some(Gap::Restarted(counter)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_tell_what_is_missing() {
        let mut counters = Counters::default();
        let mut note = |counter| counters.note(Topic::RawTx, counter);
        assert_eq!(note(7), None, "the first");
        assert_eq!(note(8), None);
        assert_eq!(note(12), Some(Gap::Lost(3)));
        assert_eq!(note(13), None);
        assert_eq!(note(0), Some(Gap::Restarted(0)));
        assert_eq!(note(1), None);
        assert_eq!(note(5), Some(Gap::Lost(3)));
        assert_eq!(note(2), Some(Gap::Restarted(2)));
    }

    #[test]
    fn counters_start_again_after_the_last_number() {
        let mut counters = Counters::default();
        let mut note = |counter| counters.note(Topic::Sequence, counter);
        assert_eq!(note(u32::MAX - 1), None);
        assert_eq!(note(u32::MAX), None);
        assert_eq!(note(0), None);
        assert_eq!(counters.note(Topic::RawTx, u32::MAX), None);
        assert_eq!(counters.note(Topic::RawTx, 2), Some(Gap::Lost(2)));
    }
}
