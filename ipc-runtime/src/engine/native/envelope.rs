//! What is around parameters and results on the wire: the Call or the Return that they are the content of.
//!
//! Content is built on its own, before anything is known of the message that will carry it, and is not copied
//! into that. Its segments keep their places relative to each other, so the pointers in them stay as they are;
//! only the first word, where content begins that is a message by itself, gives way. Content of one segment
//! follows what is around it:
//!
//! ```text
//! segment 0:  [ Call ... content pointer ... ][ content without its first word ]
//! ```
//!
//! Content of several is followed by what is around it, since pointers between segments have their numbers:
//!
//! ```text
//! segment 0:  [ pointer to segment n ][ content without its first word ]
//! segment 1 to n-1:  [ content ]
//! segment n:  [ Call ... content pointer ... ][ two words that lead the content pointer to segment 0 ]
//! ```

use capnp::OutputSegments;
use capnp::message::{Builder, HeapAllocator};
use capnp_rpc::rpc_capnp::{call, message, return_};

use super::descriptor::malformed;
use crate::exception::Exception;
use crate::message::{CALL_PATH, PointerWord, RETURN_PATH, WORD};

/// How large a message can be for its pointers to reach everywhere in it, in words.
pub(super) const MAX_WORDS: usize = (1 << 29) - 1;

/// The discriminants of a Message.
const CALL: u64 = 2;
const RETURN: u64 = 3;
/// Flags of a Return: `releaseParamCaps`, which is set unless it is said otherwise, and `noFinishNeeded`.
const KEEPS_PARAMS: u64 = 1 << 32;
const NEEDS_NO_FINISH: u64 = 1 << 33;

const CALL_WORDS: usize = 13;
const CALL_CONTENT: usize = 11;
const RETURN_WORDS: usize = 8;
const RETURN_CONTENT: usize = 6;

/// How many words follow what is around content of several segments.
pub(super) const LANDING: usize = 2;

/// Room for what is around most content that refers to objects.
const FIRST_SEGMENT_WORDS: u32 = 64;

/// A Call or a Return without its content.
#[derive(Debug)]
pub(super) enum Envelope {
    /// A Call of what the peer exports under a number, whose parameters refer to no objects.
    Call {
        question: u32,
        import: u32,
        interface_id: u64,
        ordinal: u16,
    },
    /// A Return of results that refer to no objects, so that nobody needs a Finish.
    Return { question: u32 },
    /// Any other, as one segment, and the place of its content pointer.
    Built(Vec<u8>, usize),
}

impl Envelope {
    /// Builds a Call of whatever kind. Returns it with what `fill` returns.
    pub(super) fn call<T>(
        fill: impl FnOnce(call::Builder<'_>) -> Result<T, Exception>,
    ) -> Result<(Self, T), Exception> {
        Self::build(CALL_PATH, |message| {
            let mut call = message.init_call();
            call.reborrow().init_params();
            fill(call)
        })
    }

    /// Builds a Return of whatever results. Returns it with what `fill` returns.
    pub(super) fn results<T>(
        fill: impl FnOnce(return_::Builder<'_>) -> Result<T, Exception>,
    ) -> Result<(Self, T), Exception> {
        Self::build(RETURN_PATH, |message| {
            let mut answer = message.init_return();
            answer.reborrow().init_results();
            fill(answer)
        })
    }

    fn build<T>(
        path: &[u16],
        fill: impl FnOnce(message::Builder<'_>) -> Result<T, Exception>,
    ) -> Result<(Self, T), Exception> {
        let mut builder = with_room(FIRST_SEGMENT_WORDS);
        let filled = fill(builder.init_root())?;
        let mut bytes = match builder.get_segments_for_output() {
            OutputSegments::SingleSegment([segment]) => segment.to_vec(),
            OutputSegments::MultiSegment(_) => Vec::new(),
        };
        if bytes.is_empty() {
            let words = u32::try_from(builder.size_in_words()).map_err(Exception::failed)?;
            let mut whole = with_room(words + 1);
            let root: message::Reader<'_> = builder.get_root_as_reader().map_err(malformed)?;
            whole.set_root(root).map_err(malformed)?;
            bytes = whole.get_segments_for_output().concat();
        }
        match PointerWord::follow(&bytes, path) {
            Some(content) => Ok((Self::Built(bytes, content), filled)),
            None => Err(Exception::failed(
                "a message that refers to too many objects",
            )),
        }
    }

    /// A usual Call or Return, if the only segment of a message begins with one as we write it. That is much
    /// quicker than to follow its pointers.
    pub(super) fn recognize(segment: &[u8]) -> Option<Self> {
        let (words, _) = segment.as_chunks::<WORD>();
        let word = |at: usize| words.get(at).map(|word| u64::from_le_bytes(*word));
        let found = match word(1)? {
            CALL => Self::Call {
                question: low_half(word(3)?),
                import: low_half(word(9)?),
                interface_id: word(4)?,
                ordinal: u16::try_from(word(3)? >> 32).ok()?,
            },
            RETURN => Self::Return {
                question: low_half(word(3)?),
            },
            _ => return None,
        };
        let mut expected = [PointerWord::NULL; CALL_WORDS];
        let (content, length) = found.usual(&mut expected)?;
        let mut pairs = expected.iter().zip(words).take(length).enumerate();
        let is_same = pairs
            .all(|(at, (expected, word))| at == content || expected.0 == u64::from_le_bytes(*word));
        (is_same && words.len() >= length).then_some(found)
    }

    /// How many words it has.
    pub(super) fn words(&self) -> usize {
        match self {
            Self::Call { .. } => CALL_WORDS,
            Self::Return { .. } => RETURN_WORDS,
            Self::Built(bytes, _) => bytes.len() / WORD,
        }
    }

    /// Begins a framed message with this content: writes what comes before that, and returns what is to come
    /// after it.
    pub(super) fn begin(&self, content: &[&[u8]], stream: &mut Vec<u8>) -> Vec<u8> {
        let first = content.first().copied().unwrap_or_default();
        let root = PointerWord::read(first, 0).unwrap_or(PointerWord::NULL);
        if content.len() <= 1 {
            frame(stream, &[self.words() + without_root(first).len() / WORD]);
            let begin = stream.len();
            let at = self.write(stream);
            // The content begins one word earlier than it did relative to what was before it.
            let shift = self.words() - 1;
            let pointer = match root.is_absolute() {
                true => Some(root),
                false => (root.target(0)).and_then(|target| root.aimed(target + shift, at)),
            };
            set(stream, begin, at, pointer);
            return Vec::new();
        }
        let lengths = content.iter().map(|segment| segment.len() / WORD);
        let lengths: Vec<_> = lengths.chain([self.words() + LANDING]).collect();
        frame(stream, &lengths);
        let own = content.len();
        put(stream, &[PointerWord::far(own, 0).unwrap_or_default()]);
        let mut end = Vec::with_capacity((self.words() + LANDING) * WORD);
        let at = self.write(&mut end);
        if root.is_absolute() {
            set(&mut end, 0, at, Some(root));
            put(&mut end, &[PointerWord::NULL; LANDING]);
        } else {
            let target = root
                .target(0)
                .and_then(|target| PointerWord::far(0, target));
            set(&mut end, 0, at, PointerWord::double_far(own, self.words()));
            put(&mut end, &[target.unwrap_or_default(), root.tag()]);
        }
        end
    }

    /// Writes its words. Returns the place of the content pointer among them.
    fn write(&self, stream: &mut Vec<u8>) -> usize {
        if let Self::Built(bytes, content) = self {
            stream.extend_from_slice(bytes);
            return *content;
        }
        let mut words = [PointerWord::NULL; CALL_WORDS];
        let (content, length) = self.usual(&mut words).unwrap_or_default();
        put(stream, &words[..length]);
        content
    }

    /// The words of a usual one: the place of the content pointer, and how many there are.
    fn usual(&self, words: &mut [PointerWord; CALL_WORDS]) -> Option<(usize, usize)> {
        let to_struct = PointerWord::to_struct;
        match self {
            Self::Call {
                question,
                import,
                interface_id,
                ordinal,
            } => {
                *words = [
                    to_struct(0, 1, 1),
                    // Message: a Call.
                    PointerWord(CALL),
                    to_struct(0, 3, 3),
                    // Call: question, method and interface, to be answered to the caller.
                    PointerWord(u64::from(*question) | u64::from(*ordinal) << 32),
                    PointerWord(*interface_id),
                    PointerWord(0),
                    to_struct(2, 1, 1),
                    to_struct(3, 0, 2),
                    PointerWord::NULL,
                    // MessageTarget: an import.
                    PointerWord(u64::from(*import)),
                    PointerWord::NULL,
                    // Payload: content, and no objects.
                    PointerWord::NULL,
                    PointerWord::NULL,
                ];
                Some((CALL_CONTENT, CALL_WORDS))
            }
            Self::Return { question } => {
                words[..RETURN_WORDS].copy_from_slice(&[
                    to_struct(0, 1, 1),
                    // Message: a Return.
                    PointerWord(RETURN),
                    to_struct(0, 2, 1),
                    // Return: of results, which end the call; the parameters' objects are not released by it.
                    PointerWord(u64::from(*question) | KEEPS_PARAMS | NEEDS_NO_FINISH),
                    PointerWord(0),
                    to_struct(0, 0, 2),
                    // Payload: content, and no objects.
                    PointerWord::NULL,
                    PointerWord::NULL,
                ]);
                Some((RETURN_CONTENT, RETURN_WORDS))
            }
            Self::Built(..) => None,
        }
    }
}

/// The lower 32 bits of a word.
fn low_half(word: u64) -> u32 {
    (word & u64::from(u32::MAX)) as u32
}

/// What of content's first segment is sent: all but the word that made it a message.
pub(super) fn without_root(first: &[u8]) -> &[u8] {
    first.get(WORD..).unwrap_or_default()
}

/// The stream's framing: the number of segments and their lengths in words, padded to a whole word.
fn frame(stream: &mut Vec<u8>, lengths: &[usize]) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    stream.extend_from_slice(&number(lengths.len() - 1));
    for length in lengths {
        stream.extend_from_slice(&number(*length));
    }
    if lengths.len().is_multiple_of(2) {
        stream.extend_from_slice(&[0; 4]);
    }
}

fn put(stream: &mut Vec<u8>, words: &[PointerWord]) {
    for word in words {
        stream.extend_from_slice(&word.0.to_le_bytes());
    }
}

/// Sets the pointer at a word of what begins there in a stream.
fn set(stream: &mut [u8], begin: usize, at: usize, pointer: Option<PointerWord>) {
    // There is one as long as messages are not larger than `MAX_WORDS`.
    let pointer = pointer.unwrap_or_default();
    if let Some(place) = stream[begin + at * WORD..].first_chunk_mut() {
        *place = pointer.0.to_le_bytes();
    }
}

fn with_room(words: u32) -> Builder<HeapAllocator> {
    Builder::new(HeapAllocator::new().first_segment_words(words))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use capnp::any_pointer;
    use capnp::message::{Reader, ReaderOptions};
    use capnp::serialize::{self, OwnedSegments};

    use super::*;

    /// Content with a first segment of so many words.
    fn content(words: u32, fill: impl FnOnce(any_pointer::Builder<'_>)) -> Builder<HeapAllocator> {
        let mut builder = with_room(words);
        fill(builder.get_root().unwrap());
        builder
    }

    /// Text that is found again, in a list so that pointers lead from one segment to another.
    fn texts(target: any_pointer::Builder<'_>, count: u32) {
        let mut list = target.initn_as::<capnp::text_list::Builder<'_>>(count);
        for index in 0..count {
            list.set(index, format!("text {index}"));
        }
    }

    fn sent(envelope: &Envelope, content: &Builder<HeapAllocator>) -> Reader<OwnedSegments> {
        let segments = content.get_segments_for_output();
        let mut stream = Vec::new();
        let end = envelope.begin(&segments, &mut stream);
        stream.extend_from_slice(without_root(segments.first().unwrap_or(&&[][..])));
        stream.extend(segments.iter().skip(1).flat_map(|segment| *segment));
        stream.extend(end);
        let mut rest = stream.as_slice();
        let message = serialize::read_message(&mut rest, ReaderOptions::new()).unwrap();
        assert!(rest.is_empty(), "{} bytes are left over", rest.len());
        message
    }

    fn is_same(received: any_pointer::Reader<'_>, content: &Builder<HeapAllocator>) {
        let expected: any_pointer::Reader<'_> = content.get_root_as_reader().unwrap();
        let size = |reader: any_pointer::Reader<'_>| reader.target_size().unwrap().word_count;
        assert_eq!(size(received), size(expected));
        let canonical = |reader: any_pointer::Reader<'_>| {
            let mut builder = Builder::new_default();
            builder.set_root_canonical(reader).unwrap();
            builder.get_segments_for_output().concat()
        };
        assert_eq!(canonical(received), canonical(expected));
    }

    const CALL: Envelope = Envelope::Call {
        question: 0xdead_beef,
        import: 0xfeed_f00d,
        interface_id: 0x0123_4567_89ab_cdef,
        ordinal: 0xfffe,
    };

    /// Content of every shape: nothing, empty structs, one segment and several, with roots in any of them.
    fn all_contents() -> Vec<Builder<HeapAllocator>> {
        vec![
            with_room(8),
            content(8, |_| ()),
            content(8, |target| {
                target.init_as::<capnp_rpc::rpc_capnp::payload::Builder<'_>>();
            }),
            content(64, |target| texts(target, 0)),
            content(64, |target| texts(target, 3)),
            content(64, |target| texts(target, 300)),
            content(4, |target| texts(target, 1)),
            content(1, |target| texts(target, 20)),
        ]
    }

    #[test]
    fn calls_are_what_capnp_reads_in_them() {
        for content in all_contents() {
            let received = sent(&CALL, &content);
            let root: message::Reader<'_> = received.get_root().unwrap();
            let message::Which::Call(call) = root.which().unwrap() else {
                panic!("no Call");
            };
            let call = call.unwrap();
            assert_eq!(call.get_question_id(), 0xdead_beef);
            assert_eq!(call.get_interface_id(), 0x0123_4567_89ab_cdef);
            assert_eq!(call.get_method_id(), 0xfffe);
            let to = call.get_send_results_to().which().unwrap();
            assert!(matches!(to, call::send_results_to::Which::Caller(())));
            let target = call.get_target().unwrap().which().unwrap();
            let capnp_rpc::rpc_capnp::message_target::Which::ImportedCap(import) = target else {
                panic!("another target");
            };
            assert_eq!(import, 0xfeed_f00d);
            let params = call.get_params().unwrap();
            assert_eq!(params.get_cap_table().unwrap().len(), 0);
            is_same(params.get_content(), &content);
        }
    }

    #[test]
    fn returns_are_what_capnp_reads_in_them() {
        for content in all_contents() {
            let received = sent(&Envelope::Return { question: 77 }, &content);
            let root: message::Reader<'_> = received.get_root().unwrap();
            let message::Which::Return(answer) = root.which().unwrap() else {
                panic!("no Return");
            };
            let answer = answer.unwrap();
            assert_eq!(answer.get_answer_id(), 77);
            assert!(!answer.get_release_param_caps());
            assert!(answer.get_no_finish_needed());
            let return_::Which::Results(results) = answer.which().unwrap() else {
                panic!("no results");
            };
            let results = results.unwrap();
            assert_eq!(results.get_cap_table().unwrap().len(), 0);
            is_same(results.get_content(), &content);
        }
    }

    #[test]
    fn usual_ones_are_recognized_and_nothing_else_is() {
        for envelope in [CALL, Envelope::Return { question: 77 }] {
            let content = content(64, |target| texts(target, 3));
            let mut stream = Vec::new();
            envelope.begin(&content.get_segments_for_output(), &mut stream);
            let segment = &stream[WORD..];
            let found = Envelope::recognize(segment).unwrap();
            assert_eq!(format!("{found:?}"), format!("{envelope:?}"));
            let mut again = Vec::new();
            let at = found.write(&mut again);
            for bit in 0..8 * segment.len() {
                let mut other = segment.to_vec();
                other[bit / 8] ^= 1 << (bit % 8);
                // Either it is not recognized, or all that it says is what is written for it.
                let Some(found) = Envelope::recognize(&other) else {
                    continue;
                };
                let mut again = Vec::new();
                assert_eq!(found.write(&mut again), at);
                again[at * WORD..][..WORD].copy_from_slice(&other[at * WORD..][..WORD]);
                assert_eq!(again, other[..again.len()], "bit {bit}");
            }
            for length in 0..again.len() {
                assert!(Envelope::recognize(&segment[..length]).is_none());
            }
        }
    }

    #[test]
    fn what_is_built_is_one_segment_of_any_size() {
        for objects in [1, 1000] {
            let (envelope, ()) = Envelope::results(|answer| {
                let return_::Which::Results(results) = answer.which().unwrap() else {
                    panic!("no results");
                };
                let mut table = results.unwrap().init_cap_table(objects);
                (0..objects).for_each(|it| table.reborrow().get(it).set_sender_hosted(it));
                Ok(())
            })
            .unwrap();
            for content in all_contents() {
                let received = sent(&envelope, &content);
                let root: message::Reader<'_> = received.get_root().unwrap();
                let Ok(message::Which::Return(Ok(answer))) = root.which() else {
                    panic!("no Return");
                };
                let Ok(return_::Which::Results(Ok(results))) = answer.which() else {
                    panic!("no results");
                };
                assert_eq!(results.get_cap_table().unwrap().len(), objects);
                is_same(results.get_content(), &content);
            }
        }
    }
}
