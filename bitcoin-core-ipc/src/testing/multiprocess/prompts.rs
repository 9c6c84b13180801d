//! What the node shows to its user, and asks.

use generated_examples::multiprocess::node::{MessageBoxCallbackProxy, QuestionCallbackProxy};

use super::registry::Registry;
use crate::testing::chain::Chain;
use crate::wire::untranslated;

/// Who shows it to the user.
#[derive(Debug, Default)]
pub(in crate::testing) struct Prompts {
    pub(super) message_boxes: Registry<MessageBoxCallbackProxy>,
    pub(super) questions: Registry<QuestionCallbackProxy>,
}

/// An error, with a window that waits until it was seen: as the node's set of bits.
const STYLE: u32 = 0x0400_0100;

/// Shows a message, and says whether anybody showed it. Who fails did not.
pub(in crate::testing) async fn show(chain: &Chain, message: &str) -> bool {
    let boxes: Vec<_> = {
        let state = chain.state();
        state
            .multiprocess
            .prompts
            .message_boxes
            .iter()
            .cloned()
            .collect()
    };
    for shows in boxes {
        if shows
            .call(untranslated(message), STYLE)
            .await
            .unwrap_or(false)
        {
            return true;
        }
    }
    false
}

/// Asks a question, and says whether anybody agreed. Who fails did not.
pub(in crate::testing) async fn ask(chain: &Chain, message: &str) -> bool {
    let questions: Vec<_> = {
        let state = chain.state();
        state
            .multiprocess
            .prompts
            .questions
            .iter()
            .cloned()
            .collect()
    };
    for asks in questions {
        let agreed = asks.call(untranslated(message), message, STYLE);
        if agreed.await.unwrap_or(false) {
            return true;
        }
    }
    false
}
