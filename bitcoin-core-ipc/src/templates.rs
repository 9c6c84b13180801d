//! Better and better templates.

use std::time::Instant;

use crate::error::Error;
use crate::interfaces::Interfaces;
use crate::mining::Mining;
use crate::node::Node;
use crate::options::{TemplateOptions, WaitOptions};
use crate::stream::Updates;
use crate::template::Template;
use crate::tips::{UNINTERRUPTIBLE, Watch};

impl Mining {
    /// A block template on the tip, and then each better one, as [`Template::updates`] has them. The first comes when the
    /// node has caught up with the chain, unless [`TemplateOptions::cooldown`] says otherwise.
    ///
    /// It ends when the node shuts down. Dropping it ends the wait in the node, as [`Mining`] says.
    ///
    /// # Errors
    ///
    /// The node refuses the options; the connection is lost.
    pub fn templates(&self, options: TemplateOptions, wait: WaitOptions) -> Updates<Template> {
        of(self.node(), options, wait)
    }
}

/// The templates of a node.
pub(crate) fn of(node: &Node, options: TemplateOptions, wait: WaitOptions) -> Updates<Template> {
    let start = Stage::First(Watch::new(node), options);
    Updates::unfold(start, move |stage| stage.next(wait))
}

impl Template {
    /// Better templates than this one, each better than the one before: on a new tip, or with fees that rose by the
    /// threshold.
    ///
    /// The stream keeps only its latest template: the node frees the others when whoever has them drops them. The time of
    /// the options is that of a single wait in the node, after which the stream goes on waiting; who sets none can be
    /// content, except with a v30 node, whose waits are of ten seconds then, because its first release cannot end them.
    ///
    /// It ends when the node shuts down; a [`Template::interrupt_wait`] does not end it. Dropping it ends the wait in
    /// the node, as for [`Template::wait_next`].
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn updates(&self, options: WaitOptions) -> Updates<Self> {
        let start = Stage::Next(Watch::new(self.node()), self.clone());
        Updates::unfold(start, move |stage| stage.next(options))
    }
}

enum Stage {
    First(Watch, TemplateOptions),
    Next(Watch, Template),
}

impl Stage {
    async fn next(self, wait: WaitOptions) -> Result<Option<(Template, Self)>, Error> {
        let (watch, template) = match self {
            Self::First(mut watch, options) => {
                let Some(mining) = watch.mining().await? else {
                    return Ok(None);
                };
                match mining.create_new_block(options).await {
                    Ok(template) => (watch, template),
                    // Nobody else can interrupt a call of this object.
                    Err(Error::NoTemplate(_)) => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
            Self::Next(mut watch, template) => match better(&mut watch, &template, wait).await? {
                Some(next) => (watch, next),
                None => return Ok(None),
            },
        };
        Ok(Some((template.clone(), Self::Next(watch, template))))
    }
}

/// Waits for a better template, however often the waits of the node are over; none when it shuts down.
async fn better(
    watch: &mut Watch,
    template: &Template,
    mut wait: WaitOptions,
) -> Result<Option<Template>, Error> {
    let v30 = template.interfaces() == Interfaces::V30;
    if v30 {
        wait.timeout = wait.timeout.or(Some(UNINTERRUPTIBLE));
    }
    loop {
        let began = Instant::now();
        if let Some(next) = template.wait_next(wait).await? {
            return Ok(Some(next));
        }
        // The answer is the same when the time is over, after an interrupt, and when the node shuts down. A v30 is asked
        // only if it was not the time, because of what it may do then.
        let over = wait.timeout.is_some_and(|limit| began.elapsed() >= limit);
        if !(v30 && over) && watch.is_shutting_down().await? {
            return Ok(None);
        }
    }
}
