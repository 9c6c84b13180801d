//! What a node has to say to people.

use std::fmt;

use generated_examples::multiprocess::common::BilingualStr;

/// A text for people: a warning, or why something did not work. It is shown in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Message {
    /// In English.
    pub original: String,
    /// In the language of whoever uses the node; the English text if that was not translated.
    pub translated: String,
}

impl Message {
    /// A text that is not translated.
    pub fn new(text: impl Into<String>) -> Self {
        let original = text.into();
        Self {
            translated: original.clone(),
            original,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.original)
    }
}

impl From<BilingualStr> for Message {
    fn from(text: BilingualStr) -> Self {
        Self {
            original: text.original,
            translated: text.translated,
        }
    }
}

impl From<Message> for BilingualStr {
    fn from(message: Message) -> Self {
        Self {
            original: message.original,
            translated: message.translated,
        }
    }
}
