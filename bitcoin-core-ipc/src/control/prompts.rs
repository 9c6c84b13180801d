//! What a node asks its user.

use generated_examples::multiprocess::common::BilingualStr;

use super::NodeControl;
use crate::error::Error;
use crate::handler::Handler;

/// A message that the user is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageBox {
    /// The message, in English.
    pub message: String,
    /// How to show it, as the node's set of bits.
    pub style: u32,
}

/// A question to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The question, in English.
    pub message: String,
    /// What to say instead where nobody can answer.
    pub non_interactive_message: String,
    /// How to show it, as the node's set of bits.
    pub style: u32,
}

impl NodeControl {
    /// Shows messages, for as long as what is returned is kept. `show` says whether the message was shown. The
    /// node waits for that, and may hold locks: `show` must not call it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn handle_message_box<F>(
        &self,
        show: impl Fn(MessageBox) -> F + Send + Sync + 'static,
    ) -> Result<Handler, Error>
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let call = move |message: BilingualStr, style| {
            let shown = show(MessageBox {
                message: message.original,
                style,
            });
            async move { Ok(shown.await) }
        };
        Ok(Handler::new(self.0.handle_message_box(call).await?))
    }

    /// Answers questions, for as long as what is returned is kept. `answer` says whether the user agrees. The node
    /// waits for that, and may hold locks: `answer` must not call it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn handle_question<F>(
        &self,
        answer: impl Fn(Question) -> F + Send + Sync + 'static,
    ) -> Result<Handler, Error>
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let call = move |message: BilingualStr, non_interactive_message, style| {
            let agreed = answer(Question {
                message: message.original,
                non_interactive_message,
                style,
            });
            async move { Ok(agreed.await) }
        };
        Ok(Handler::new(self.0.handle_question(call).await?))
    }
}
