//! The order of calls under a model checker, as with the engine's writer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use futures_util::FutureExt;
use shuttle::future::{block_on, spawn, yield_now};
use shuttle::sync::Condvar;

use super::*;

/// Orders that each scenario is run in.
const ORDERS: usize = 1_000;

/// What the handlers of a scenario have done.
#[derive(Default)]
struct Journal {
    /// Calls that have begun and those that have failed, by their objects.
    begun: HashMap<usize, Vec<u32>>,
    failed: Vec<u32>,
    /// Objects of which a call is beginning or streaming.
    busy: Vec<usize>,
    /// Calls that have ended.
    ended: usize,
    /// Tasks that go on.
    tasks: usize,
}

struct Model {
    lines: Lines<Self>,
    journal: Mutex<Journal>,
    news: Condvar,
    this: Weak<Self>,
}

/// What a handler does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quick,
    Waits,
    Streams,
    /// Keeps its thread until a call of this object has begun.
    BlocksUntil(usize),
    /// Streams, and breaks its object.
    Breaks,
    /// Waits for no other call, and is quick.
    Free,
    /// Waits for no other call, and keeps its thread until a call of this object has begun.
    FreeUntil(usize),
}

impl Kind {
    fn is_free(self) -> bool {
        matches!(self, Self::Free | Self::FreeUntil(_))
    }
}

struct Call {
    model: Arc<Model>,
    object: Arc<usize>,
    number: u32,
    kind: Kind,
}

impl Calls for Model {
    type Object = usize;
    type Call = Call;

    fn lines(&self) -> &Lines<Self> {
        &self.lines
    }

    fn room(&self) -> Option<BoxFuture<'static, ()>> {
        None
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.note(|journal| journal.tasks += 1);
        let this = self.this.upgrade().unwrap();
        spawn(async move {
            task.await;
            this.note(|journal| journal.tasks -= 1);
        });
    }
}

impl Model {
    fn note(&self, note: impl FnOnce(&mut Journal)) {
        note(&mut self.journal.lock().unwrap());
        self.news.notify_all();
    }

    fn wait(&self, until: impl Fn(&Journal) -> bool) {
        let mut journal = self.journal.lock().unwrap();
        while !until(&journal) {
            journal = self.news.wait(journal).unwrap();
        }
    }
}

impl Call {
    fn leave(&self) {
        self.model.note(|journal| {
            if !self.kind.is_free() {
                journal.busy.retain(|busy| *busy != *self.object);
            }
            journal.ended += 1;
        });
    }
}

impl Begin for Call {
    fn streams(&self) -> bool {
        matches!(self.kind, Kind::Streams | Kind::Breaks)
    }

    fn begin(self) -> Option<BoxFuture<'static, ()>> {
        self.model.note(|journal| {
            if !self.kind.is_free() {
                assert!(!journal.busy.contains(&self.object), "two at once");
                journal.busy.push(*self.object);
            }
            let begun = journal.begun.entry(*self.object).or_default();
            begun.push(self.number);
        });
        match self.kind {
            Kind::BlocksUntil(object) | Kind::FreeUntil(object) => {
                self.model
                    .wait(|journal| journal.begun.contains_key(&object));
                self.leave();
                None
            }
            Kind::Quick | Kind::Free => {
                self.leave();
                None
            }
            Kind::Waits => {
                self.leave();
                Some(yield_now().boxed())
            }
            Kind::Streams => Some(
                async move {
                    yield_now().await;
                    self.leave();
                }
                .boxed(),
            ),
            Kind::Breaks => Some(
                async move {
                    yield_now().await;
                    let reason = Exception::failed("as asked");
                    self.model.lines.broke(&self.object, &reason);
                    self.leave();
                }
                .boxed(),
            ),
        }
    }

    fn fail(self, _reason: Exception) {
        self.model.note(|journal| {
            journal.failed.push(self.number);
            journal.ended += 1;
        });
    }
}

/// Runs calls of these objects, numbered in the order of their arrival, in many orders of what happens.
fn check(calls: &'static [(usize, Kind)], look: impl Fn(&Journal) + Send + Sync + 'static) {
    let scenario = Arc::new(move || {
        block_on(async {
            let model = Arc::new_cyclic(|this| Model {
                lines: Lines::default(),
                journal: Mutex::new(Journal::default()),
                news: Condvar::new(),
                this: this.clone(),
            });
            let objects: Vec<_> = (0..3).map(Arc::new).collect();
            for (number, (object, kind)) in calls.iter().enumerate() {
                let object = &objects[*object];
                let call = Call {
                    model: Arc::clone(&model),
                    object: Arc::clone(object),
                    number: u32::try_from(number).unwrap(),
                    kind: *kind,
                };
                match kind.is_free() {
                    true => begin_soon(&model, call),
                    false => begin_in_order(&model, object, call),
                }
            }
            model.wait(|journal| journal.ended == calls.len() && journal.tasks == 0);
            let journal = model.journal.lock().unwrap();
            for begun in journal.begun.values() {
                let is_free = |number: &u32| calls[*number as usize].1.is_free();
                let ordered = begun.iter().filter(|number| !is_free(number));
                assert!(ordered.is_sorted(), "{begun:?}");
            }
            look(&journal);
        });
    });
    let again = Arc::clone(&scenario);
    shuttle::check_random(move || scenario(), ORDERS);
    shuttle::check_pct(move || again(), ORDERS, 3);
}

#[test]
fn calls_of_an_object_begin_in_their_order() {
    use Kind::{Quick, Streams, Waits};
    check(
        &[
            (0, Quick),
            (1, Waits),
            (0, Waits),
            (0, Streams),
            (1, Quick),
            (0, Quick),
            (1, Streams),
            (0, Streams),
            (1, Quick),
        ],
        |journal| {
            assert_eq!(journal.begun[&0], [0, 2, 3, 5, 7]);
            assert_eq!(journal.begun[&1], [1, 4, 6, 8]);
        },
    );
}

#[test]
fn one_that_blocks_holds_up_its_object_only() {
    use Kind::{BlocksUntil, Quick, Streams};
    check(
        &[
            (0, BlocksUntil(1)),
            (0, Quick),
            (1, BlocksUntil(2)),
            (1, Streams),
            (2, Quick),
        ],
        |_| (),
    );
}

#[test]
fn a_part_that_fails_breaks_its_object() {
    use Kind::{Breaks, Quick, Streams};
    check(
        &[
            (0, Streams),
            (0, Breaks),
            (1, Quick),
            (0, Quick),
            (0, Streams),
            (1, Streams),
        ],
        |journal| {
            assert_eq!(journal.begun[&0], [0, 1]);
            assert_eq!(journal.failed, [3, 4]);
            assert_eq!(journal.begun[&1], [2, 5]);
        },
    );
}

#[test]
fn one_that_waits_for_no_other_is_waited_for_by_no_other() {
    use Kind::{BlocksUntil, Free, FreeUntil, Quick, Streams};
    check(
        &[
            (0, FreeUntil(1)),
            (0, BlocksUntil(2)),
            (0, Quick),
            (1, FreeUntil(2)),
            (1, Streams),
            (0, Free),
            (2, Free),
        ],
        |journal| assert_eq!(journal.begun.values().map(Vec::len).sum::<usize>(), 7),
    );
}
