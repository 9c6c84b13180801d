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
    /// the node shuts down. What it made before is of no use any more.
    Gap(Option<Error>),
}

impl Session {
    /// The tips of the chain, as [`Mining::tips`](crate::Mining::tips) has them, over all connections. It has no end.
    ///
    /// # Errors
    ///
    /// As [`Session::node`]. What ends a connection is no error but an [`Event::Gap`].
    pub fn tips(&self) -> Updates<Event<BlockRef>> {
        self.follow(|node| tips::of(node.init()))
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
        self.follow(move |node| templates::of(node.init(), options, wait))
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
    /// Without a connection, after the one with this number.
    Apart(Option<u64>),
    /// With one, of this number.
    With(u64, Updates<T>),
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
            // It keeps only a number of the old one, and so does not keep that open.
            Self::Apart(done) => {
                let node = session.connection(done).await?;
                let with = Self::With(node.number(), begin(&node));
                (Event::Connected(node), with)
            }
            Self::With(number, mut updates) => match updates.next().await {
                Some(Ok(update)) => (Event::Update(update), Self::With(number, updates)),
                Some(Err(error)) if !error.is_disconnected() => return Err(error),
                ended => {
                    let why = ended.and_then(Result::err);
                    (Event::Gap(why), Self::Apart(Some(number)))
                }
            },
        }))
    }
}
