//! Streams that go on over connections.

use super::Session;
use crate::error::Error;
use crate::node::Node;
use crate::options::{BlockRef, TemplateOptions, WaitOptions};
use crate::stream::Updates;
use crate::template::Template;
use crate::{templates, tips};

/// What happens in a stream that goes on over connections.
#[derive(Clone, Debug)]
pub enum Event<T> {
    /// There is a connection: the first one, or a new one after a gap, whose node may be of another version.
    Connected(Node),
    /// What the node told. The first after [`Event::Connected`] is how it is now, whether or not it has changed.
    Update(T),
    /// A gap begins, until the next [`Event::Connected`]: the connection is lost for this reason, or, if there is none,
    /// the node shuts down, for whose end is waited then. What it made before is of no use any more.
    Gap(Option<Error>),
}

impl Session {
    /// The tips of the chain, as [`Mining::tips`](crate::Mining::tips) has them, over all connections. It has no end.
    ///
    /// # Errors
    ///
    /// As [`Session::node`]. What ends a connection is no error but an [`Event::Gap`].
    pub fn tips(&self) -> Updates<Event<BlockRef>> {
        self.follow(|node| tips::of(node))
    }

    /// A block template on the tip and then each better one, as [`Mining::templates`](crate::Mining::templates) has them,
    /// over all connections. It has no end.
    ///
    /// # Errors
    ///
    /// The node refuses the options. Otherwise as for [`Session::tips`].
    pub fn templates(
        &self,
        options: TemplateOptions,
        wait: WaitOptions,
    ) -> Updates<Event<Template>> {
        self.follow(move |node| templates::of(node, options, wait))
    }

    fn follow<T: Send + 'static>(
        &self,
        begin: impl Fn(&Node) -> Updates<T> + Clone + Send + 'static,
    ) -> Updates<Event<T>> {
        let session = self.clone();
        Updates::unfold(Stage::Apart(None), move |stage| {
            stage.next(session.clone(), begin.clone())
        })
    }
}

/// Where such a stream is.
enum Stage<T> {
    /// Without a connection, after this one, which is lost or whose node shuts down.
    Apart(Option<Node>),
    With(Node, Updates<T>),
}

impl<T> Stage<T> {
    async fn next(
        self,
        session: Session,
        begin: impl Fn(&Node) -> Updates<T>,
    ) -> Result<Option<(Event<T>, Self)>, Error>
    where
        T: 'static,
    {
        Ok(Some(match self {
            Self::Apart(done) => {
                if let Some(done) = done {
                    // A node that shuts down is of no use any more; when it has, it cuts the connection.
                    done.disconnected().await;
                }
                let node = session.node().await?;
                let updates = begin(&node);
                (Event::Connected(node.clone()), Self::With(node, updates))
            }
            Self::With(node, mut updates) => match updates.next().await {
                Some(Ok(update)) => (Event::Update(update), Self::With(node, updates)),
                Some(Err(error)) if !error.is_disconnected() => return Err(error),
                ended => {
                    let why = ended.and_then(Result::err);
                    (Event::Gap(why), Self::Apart(Some(node)))
                }
            },
        }))
    }
}
